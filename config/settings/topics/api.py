"""The REST API: keys, cursors, problem JSON, OpenAPI."""

from config import env

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "crm.api.authentication.ApiKeyAuthentication",
        "crm.api.authentication.SessionWithActor",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["crm.api.authentication.HasWorkspace"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["crm.api.parsing.PlainJSONParser"],
    "DEFAULT_PAGINATION_CLASS": "crm.api.pagination.Cursor",
    "DEFAULT_FILTER_BACKENDS": [
        "django_filters.rest_framework.DjangoFilterBackend",
        "crm.api.filters.StrictOrdering",
    ],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "crm.api.problems.as_problem",
    "ORDERING_PARAM": "ordering",
    "SEARCH_PARAM": "search",
    "COERCE_DECIMAL_TO_STRING": True,
    "UNAUTHENTICATED_USER": None,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}

SPECTACULAR_SETTINGS = {
    "TITLE": "Chat CRM",
    "DESCRIPTION": "Everything a person may read and do, with the same permissions.",
    "VERSION": env.VERSION,
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "crm.api.schema.with_refusals",
    ],
    "ENUM_NAME_OVERRIDES": {
        "LabelColour": "conversations.models.LabelColour",
        "TagColour": "crm.models.tags.TagColour",
        "IdentityKind": "crm.models.contacts.IdentityKind",
        "FieldKind": "crm.models.custom_fields.FieldKind",
    },
}
