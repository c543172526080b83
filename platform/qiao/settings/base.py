"""Settings that hold everywhere. What the environment may change is listed in `env.py`."""

from __future__ import annotations

from importlib.util import find_spec
from urllib.parse import urlsplit

import django_stubs_ext
from django.utils.translation import gettext_lazy as _

from qiao.settings.env import ROOT, VAR, local_secret, read

django_stubs_ext.monkeypatch()

QIAO_ENV = read("QIAO_ENV")
DEBUG = False
SECRET_KEY = read("SECRET_KEY") or local_secret(VAR / "secret_key")

SITE_NAME = read("SITE_NAME")
SITE_URL = read("SITE_URL") or f"http://localhost:{read('WEB_PORT')}"
ALLOWED_HOSTS = read("ALLOWED_HOSTS") or ["localhost", "127.0.0.1", "[::1]"]
CSRF_TRUSTED_ORIGINS = read("CSRF_TRUSTED_ORIGINS")

INSTALLED_APPS = [
    "qiao.website",
    "qiao.organiser",
    "qiao.api",
    "qiao.demonstration",
    "qiao.calls",
    "qiao.workshops",
    "qiao.standards",
    "qiao.partnerships",
    "matching.app",
    "qiao.directory",
    "qiao.bridges",
    "qiao.accounts",
    "qiao.notifications",
    "qiao.activity",
    "qiao.common",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "rules.apps.AutodiscoverRulesConfig",
    "django_filters",
    "django_tables2",
    "django_cotton.apps.SimpleAppConfig",
    "django_htmx",
    "i18nfield",
    "rest_framework",
    "drf_spectacular",
    "csp",
    "django_structlog",
    "django_prometheus",
    "health_check",
]
if find_spec("django_linear_migrations"):
    # A tool for those who write migrations: absent where only what the site runs on is installed.
    INSTALLED_APPS += ["django_linear_migrations"]

MIDDLEWARE = [
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "qiao.api.core.cors.CorsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "qiao.common.middleware.PreferredLanguageMiddleware",
    "qiao.common.middleware.PersonalTimeZoneMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "qiao.website.middleware.BridgeMiddleware",
    "qiao.common.middleware.QiaoErrorMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]

ROOT_URLCONF = "qiao.urls"
WSGI_APPLICATION = "qiao.wsgi.application"
ASGI_APPLICATION = "qiao.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "django_cotton.cotton_loader.Loader",
                        "django.template.loaders.filesystem.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "qiao.common.context.site",
                "qiao.website.context.chrome",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "django.contrib.humanize.templatetags.humanize",
                "django_cotton.templatetags.cotton",
                "qiao.common.templatetags.qiao",
            ],
        },
    },
]
COTTON_DIR = "cotton"
COTTON_ISOLATE_BY_DEFAULT = True  # a component sees its attributes and the context processors' values, nothing else

# --- database, cache, broker ------------------------------------------------------------------------------------------
import environ  # noqa: E402

from qiao.embedded.addresses import database_url, redis_url  # noqa: E402 - needs nothing above but says where they are

DATABASES = {
    "default": environ.Env.db_url_config(database_url())
    | {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True, "ATOMIC_REQUESTS": False}
}
REDIS_URL = redis_url()
CACHES = {
    "default": {
        "BACKEND": "qiao.common.cache.ForgivingRedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "qiao",
        "OPTIONS": {"socket_connect_timeout": 0.5, "socket_timeout": 1.0},
    }
}

CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TRACK_STARTED = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 600,
    "socket_connect_timeout": 1.0,
    "socket_timeout": 5.0,
    "socket_keepalive": True,
}
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_ROUTES = {"matching.*": {"queue": "matching"}, "notifications.*": {"queue": "mail"}}
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR / "beat" / "schedule")

# --- people -----------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "rules.permissions.ObjectPermissionBackend",
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "website:after_sign_in"
LOGOUT_REDIRECT_URL = "website:home"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_CONFIRM_EMAIL_ON_GET = False
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_ADAPTER = "qiao.accounts.adapter.AccountAdapter"
SOCIALACCOUNT_ADAPTER = "qiao.accounts.adapter.SocialAccountAdapter"
ACCOUNT_FORMS = {"login": "qiao.accounts.forms.LoginForm", "signup": "qiao.accounts.forms.SignupForm"}
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if SITE_URL.startswith("https") else "http"
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "APPS": [
            {
                "provider_id": provider["id"],
                "name": provider["name"],
                "client_id": provider["client_id"],
                "secret": provider["secret"],
                "settings": {"server_url": provider["server_url"]},
            }
            for provider in read("OIDC_PROVIDERS")
        ]
    }
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not SITE_URL.startswith("https")
MFA_TOTP_ISSUER = SITE_NAME

# --- languages --------------------------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("zh-hans", _("Simplified Chinese"))]
LOCALE_PATHS = [ROOT / "platform" / "qiao" / "locale"]
LANGUAGE_COOKIE_SAMESITE = "Lax"
USE_I18N = True
USE_TZ = True
TIME_ZONE = read("TIME_ZONE")

# --- static files, uploads --------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
MEDIA_ROOT = VAR / "media"
UPLOAD_LIMIT_MB = read("UPLOAD_LIMIT_MB")
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000

# --- mail -------------------------------------------------------------------------------------------------------------
DEFAULT_FROM_EMAIL = read("DEFAULT_FROM_EMAIL")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
if read("EMAIL_URL"):
    vars().update(environ.Env.email_url_config(read("EMAIL_URL")))
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = VAR / "mail"

# --- browser security -------------------------------------------------------------------------------------------------
from csp.constants import NONE, SELF  # noqa: E402

_OIDC_ORIGINS = sorted(
    {"{0.scheme}://{0.netloc}".format(urlsplit(provider["server_url"])) for provider in read("OIDC_PROVIDERS")}
)
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        # A browser also holds the redirect after a form against this list: signing in by OIDC ends at the provider.
        "form-action": [SELF, *_OIDC_ORIGINS],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "qiao.website.views.errors.csrf_failure"
if read("SECURE_PROXY"):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# --- the interface for programs --------------------------------------------------------------------------------------
API_CORS_ORIGINS = read("API_CORS_ORIGINS")
API_CALLS_PER_MINUTE = read("API_CALLS_PER_MINUTE")
API_ANONYMOUS_CALLS_PER_MINUTE = read("API_ANONYMOUS_CALLS_PER_MINUTE")
API_BODY_LIMIT_KB = read("API_BODY_LIMIT_KB")
SECURE_PROXY = read("SECURE_PROXY")
REST_FRAMEWORK = {
    "DEFAULT_SCHEMA_CLASS": "qiao.api.openapi.ApiSchema",
    # What every view of `qiao.api` says for itself, said here too: a view that forgets its base opens nothing.
    "DEFAULT_AUTHENTICATION_CLASSES": ["qiao.api.core.access.KeyAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["qiao.api.core.json.Utf8JsonRenderer"],
    "DEFAULT_PARSER_CLASSES": ["qiao.api.core.json.StrictJsonParser"],
    "EXCEPTION_HANDLER": "qiao.api.core.problems.answer_error",
    "DATETIME_FORMAT": "iso-8601",
    "UNICODE_JSON": True,
}

SPECTACULAR_SETTINGS = {
    "TITLE": "Qiao",
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.1",
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    # Words stay where they are used: most lists of words are called `state` or `kind`.
    "POSTPROCESSING_HOOKS": ["qiao.api.openapi.complete"],
    # The words say themselves what they mean.
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "SERVE_INCLUDE_SCHEMA": False,
}

# --- matching ---------------------------------------------------------------------------------------------------------
ENCODER = read("ENCODER")

DJANGO_TABLES2_TEMPLATE = "components/_table.html"
SILENCED_SYSTEM_CHECKS = ["postgres.E005"]

from qiao.settings.logs import logging_config  # noqa: E402

LOGGING_CONFIG = None
LOGGING = logging_config(read("LOG_FORMAT"), read("LOG_LEVEL"))
