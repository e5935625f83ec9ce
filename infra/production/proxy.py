"""nginx in front of the services, by one generated configuration: `python -m infra.production.proxy`.

It routes by the table of paths, compresses the API's answers, bounds what is sent, and keeps what a service calls
public for as long as that says (a second, for what may change); docs/decisions/0006 tells why so. A second listener,
which nobody outside may reach, is where the services ask one another; nothing is kept there.
"""

import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from msgspec import Struct

from infra.listening import INTERNAL_PORT, read_listening
from infra.production.routing import Route, routes
from infra.production.tls import Tls, read_tls
from infra.supervising.privileges import lower_privileges
from infra.supervising.ties import NotStarted
from libs.config import SERVICES, read_networks
from libs.web.app import LARGEST_BODY
from libs.web.headers import of_data

_HERE = Path(__file__).parent
_OVER_TLS = """\
        listen {listen} ssl http2 backlog=2048;
        ssl_certificate {certificate};
        ssl_certificate_key {key};
        ssl_protocols TLSv1.2 TLSv1.3;
        ssl_ciphers ECDHE+AESGCM:ECDHE+CHACHA20;
        ssl_session_cache shared:tls:4m;
        ssl_session_tickets off;
        error_page 497 =308 https://{host}$request_uri;  # who speaks no TLS here
"""
_LED_TO_TLS = """\
    server {{
        listen {listen} backlog=2048;
        set $service "";
        return 308 https://{host}$request_uri;
    }}
"""
_RESOLV_CONF = Path("/etc/resolv.conf")


class Proxy(Struct, frozen=True, kw_only=True):
    """`webs`: where each service's web processes answer. `proxies`: whose forwarded headers are believed."""

    folder: Path
    listen: str
    internal: str
    host: str  # what the services are told that they were asked as
    webs: Mapping[str, Sequence[str]]
    proxies: Sequence[str] = ()
    log: str = ""
    tls: Tls | None = None  # without it, whatever stands before us ends TLS
    resolvers: Sequence[str] = ()  # who knows the names of the web processes, where they are found by names

    @property
    def command(self) -> list[str]:
        return [*lower_privileges(self.folder), program(), "-e", "stderr", "-c", str(self.folder / "nginx.conf")]

    def write(self) -> None:
        """Write the configuration whole: a running nginx takes it over by SIGHUP, and drops no request for it."""
        for each in (self.folder, self.folder / "temp"):
            each.mkdir(mode=0o700, parents=True, exist_ok=True)
        new = self.folder / "nginx.conf.new"
        new.write_text(self.configuration())
        new.rename(self.folder / "nginx.conf")

    def configuration(self) -> str:
        template = (_HERE / "nginx.conf").read_text()
        values = {
            "folder": str(self.folder),
            "log": self.log or f"{self.folder}/access.log",
            "trusted": "\n".join(f"        {each} 1;" for each in self.proxies),
            "real_addresses": "\n".join(f"    set_real_ip_from {each};" for each in self.proxies),
            "resolver": self._resolver(),
            "upstreams": "\n".join(self._upstreams()),
            "largest_body": str(LARGEST_BODY),
            "host": self.host,
            "door": self._door(),
            "led_to_tls": self._led_to_tls(),
            "internal": self.internal,
            "told": "\n".join(_told()),
            "locations": "\n".join(_location(route, self.webs, kept=route.kept) for route in routes()),
            "internal_locations": "\n".join(_location(route, self.webs, kept=False) for route in routes()),
        }
        for name, value in values.items():
            template = template.replace(f"@{name}@", value)
        return template

    def _upstreams(self) -> list[str]:
        """Return nginx's groups of the processes whose addresses are known; a name is asked for at each request."""
        return [
            f"    upstream {service} {{\n"
            + "".join(f"        server {each} max_fails=1 fail_timeout=1s;\n" for each in self.webs[service])
            + "        keepalive 16;\n        keepalive_timeout 15s;\n    }"
            for service in SERVICES
            if not _is_named(self.webs[service])
        ]

    def _door(self) -> str:
        if self.tls is None:
            return f"        listen {self.listen} backlog=2048;"
        return _OVER_TLS.format(listen=self.listen, host=self.host, certificate=self.tls.certificate, key=self.tls.key)

    def _led_to_tls(self) -> str:
        return _LED_TO_TLS.format(listen=self.tls.plain, host=self.host) if self.tls and self.tls.plain else ""

    def _resolver(self) -> str:
        return f"    resolver {' '.join(self.resolvers)} valid=1s ipv6=off;" if self.resolvers else ""


def _told() -> list[str]:
    """Return what browsers are told with the answers that nginx makes itself, as with those of the services."""
    told = {name.decode(): f'"{value.decode()}"' for name, value in of_data(secure=False).items()}
    told |= {"cache-control": "no-store", "strict-transport-security": "$transport_security"}
    return [f"            add_header {name} {value} always;" for name, value in told.items()]


def _is_named(webs: Sequence[str]) -> bool:
    """Whether a service is found by a name, whose addresses may change while nginx runs."""
    try:
        ip_address(webs[0].rpartition(":")[0].strip("[]"))
    except ValueError:
        return True
    return False


def _location(route: Route, webs: Mapping[str, Sequence[str]], *, kept: bool) -> str:
    if route.service is None:
        return f"        location {route.location} {{ error_page 404 = @nobodys; return 404; }}"
    named = _is_named(webs[route.service])
    lines = [
        f"set $service {route.service};",
        *([f"set $found {webs[route.service][0]};"] if named else []),
        f"proxy_pass http://{'$found' if named else route.service};",
        *(["gzip on;", "error_page 413 = @too_large;", "error_page 502 503 504 = @away;"] if route.of_api else []),
        *(["proxy_cache public;"] if kept else []),
    ]
    return "\n".join([f"        location {route.location} {{", *(f"            {line}" for line in lines), "        }"])


def program() -> str:
    found = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if found is None:
        raise NotStarted("nginx is missing: install it (on Debian: apt-get install nginx-light).")
    return found


def read_proxy(environ: Mapping[str, str]) -> Proxy:
    at = read_listening(environ)
    return Proxy(
        folder=Path(environ.get("MOUSSEM_DATA") or tempfile.gettempdir()) / "proxy",
        listen=f"{at.host}:{at.port}",
        internal=environ.get("MOUSSEM_INTERNAL_LISTEN") or f"{at.host}:{INTERNAL_PORT}",
        host=urlsplit(environ["MOUSSEM_BASE_URL"]).netloc,
        webs={service: environ[f"MOUSSEM_{service.upper()}_WEB"].split(",") for service in SERVICES},
        proxies=read_networks(environ, "MOUSSEM_PROXIES"),
        tls=read_tls(environ),
        resolvers=_nameservers(),
        log="" if environ.get("MOUSSEM_DATA") else "/dev/stdout",
    )


def _nameservers() -> list[str]:
    lines = _RESOLV_CONF.read_text().splitlines() if _RESOLV_CONF.exists() else []
    return [line.split()[1] for line in lines if line.startswith("nameserver ")]


def main() -> None:
    """Become nginx."""
    proxy = read_proxy(os.environ)
    proxy.write()
    os.execvp(proxy.command[0], proxy.command)  # noqa: S606 (our own program)


if __name__ == "__main__":
    main()
