"""What each service says of its addresses, made true: Litestar leaves out what msgspec forbids and how we refuse.

Each service answers with its own document; the portal makes one of all.
"""

from typing import Any

from litestar import Litestar
from litestar._openapi.schema_generation.plugins.struct import StructSchemaPlugin
from litestar._openapi.schema_generation.schema import SchemaCreator
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, OAuthFlow, OAuthFlows, Schema, SecurityScheme
from litestar.plugins import OpenAPISchemaPlugin
from litestar.typing import FieldDefinition
from msgspec import Struct
from typing_extensions import override

from libs.permissions import ACTIONS, PUBLIC, SCOPES
from libs.web.problems import MEDIA_TYPE, Problem

_SCHEME = "oauth2"
_OF_CHANGES = {409: "The request is right in itself, but not in the present state.", 422: "The key was used otherwise."}
_OF_VERSIONS = {412: "It was changed meanwhile.", 428: "If-Match is missing."}


class StrictStructs(OpenAPISchemaPlugin):
    """Say of a struct that refuses unknown fields that it does."""

    @override
    def is_plugin_supported_field(self, field_definition: FieldDefinition) -> bool:
        kind = field_definition.type_
        return (
            not field_definition.is_union
            and field_definition.is_subclass_of(Struct)
            and kind.__struct_config__.forbid_unknown_fields
        )

    @override
    def to_openapi_schema(self, field_definition: FieldDefinition, schema_creator: SchemaCreator) -> Schema:
        schema = StructSchemaPlugin().to_openapi_schema(field_definition, schema_creator)
        schema.additional_properties = False
        return schema


def document_of(service: str) -> OpenAPIConfig:
    """Return where and how a service documents itself: `/api/openapi/{service}.json`."""
    scopes = {scope: ", ".join(sorted(actions)) for scope, actions in SCOPES.items()}
    flow = OAuthFlow(token_url="/oauth/token", scopes=scopes)  # noqa: S106 (an address)
    scheme = SecurityScheme(type="oauth2", flows=OAuthFlows(client_credentials=flow))
    return OpenAPIConfig(
        title="Moussem",
        version="1",
        path="/api/openapi",
        render_plugins=[JsonRenderPlugin(path=f"/{service}.json")],
        components=Components(security_schemes={_SCHEME: scheme}),
    )


def document_refusals(app: Litestar) -> None:
    """Say of each handler how it refuses (RFC 9457), and what a caller needs to be let in."""
    for route in app.routes:
        for handler in getattr(route, "route_handlers", []):
            if isinstance(handler, HTTPRouteHandler) and "action" in handler.opt:
                handler.responses = {**_refusals(handler), **(handler.responses or {})}
                handler.security = _security(handler.opt["action"])


def _refusals(handler: HTTPRouteHandler) -> dict[int, ResponseSpec]:
    said = {400: "The request does not have the right form.", 404: "It is not there, or not for you to know."}
    if PUBLIC not in ACTIONS[handler.opt["action"]]:
        said |= {401: "A sign-in or token is needed.", 403: "This role or scope may not."}
    if handler.http_methods & {"POST"}:
        said |= _OF_CHANGES | {413: "More bytes than this address takes."}
    if handler.http_methods & {"PATCH", "PUT", "DELETE"}:
        said |= _OF_VERSIONS | {409: _OF_CHANGES[409]}
    return {status: ResponseSpec(Problem, description=what, media_type=_PROBLEM) for status, what in said.items()}


def _security(action: str) -> list[dict[str, list[str]]]:
    opening = [scope for scope, actions in SCOPES.items() if action in actions]
    needed: list[dict[str, list[str]]] = [{_SCHEME: opening}]
    return [*needed, {}] if PUBLIC in ACTIONS[action] else needed


_PROBLEM: Any = MEDIA_TYPE  # Litestar's annotation knows its own media types only
