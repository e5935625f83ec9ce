"""The public keys that a client signs its assertions with (RFC 7517), registered by value. Pure.

By address (`jwks_uri`) none is taken: our server would read whatever address somebody typed.
"""

from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, Key, KeySet, OKPKey, RSAKey

from libs.errors import Invalid

ALGORITHMS = ("ES256", "PS256", "RS256", "EdDSA")  # ours, not what an assertion says of itself
_MOST_KEYS = 4
_SHORTEST_RSA = 2048  # bits
_PRIVATE = frozenset({"d", "p", "q", "dp", "dq", "qi", "k"})


class KeysUnfit(Invalid):
    detail = "These keys cannot be used: {reason}."
    remedy = "Give a JWK set with one to four public keys: EC P-256, RSA of 2048 bits or more, or Ed25519."


def admit_keys(jwks: dict[str, Any]) -> dict[str, Any]:
    """Return the set as it is kept; raise the reason where it holds something else than public keys that we take."""
    keys = jwks.get("keys")
    if not isinstance(keys, list) or not 1 <= len(keys) <= _MOST_KEYS:
        raise KeysUnfit(reason="one to four are needed", pointer="/jwks")
    if any(not isinstance(key, dict) or _PRIVATE & key.keys() for key in keys):
        raise KeysUnfit(reason="private or symmetric ones are among them", pointer="/jwks")
    try:
        imported = KeySet.import_key_set({"keys": keys})
    except (JoseError, ValueError, TypeError, KeyError):
        raise KeysUnfit(reason="they cannot be read", pointer="/jwks") from None
    if not all(map(_fits, imported.keys)):
        raise KeysUnfit(reason="one is too weak or of another kind", pointer="/jwks")
    return {"keys": [{**key.as_dict(private=False), "kid": key.kid or key.thumbprint()} for key in imported.keys]}


def _fits(key: Key) -> bool:
    if isinstance(key, RSAKey):
        return key.raw_value.key_size >= _SHORTEST_RSA
    if isinstance(key, ECKey):
        return key.curve_name == "P-256"
    return isinstance(key, OKPKey) and key.curve_name == "Ed25519"
