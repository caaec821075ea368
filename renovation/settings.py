"""All settings of the project, in one file, read from the environment.

`RENOVATION_ENV` is `production` (the default: everything secret must be given), `workshop` (dev.py run) or `test`.
"""

import datetime
from pathlib import Path

import dj_database_url
import pghistory
from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from renovation import environment as env

BASE_DIR = Path(__file__).resolve().parent.parent
ENVIRONMENT = env.text("RENOVATION_ENV", "production")
if ENVIRONMENT not in {"production", "workshop", "test"}:
    raise ImproperlyConfigured(f"RENOVATION_ENV must be production, workshop or test, not {ENVIRONMENT!r}.")
PRODUCTION = ENVIRONMENT == "production"
TESTING = ENVIRONMENT == "test"
DEBUG = env.flag("DEBUG", default=False)
if DEBUG and PRODUCTION:
    raise ImproperlyConfigured("DEBUG cannot be on in production.")

# --- secrets ---------------------------------------------------------------------------------------------------
SECRET_KEY = env.strong(
    "SECRET_KEY", env.text("SECRET_KEY", None if PRODUCTION else "workshop-only-0123456789-abcdefghijklmnopqrstuvwxyz-secret"), 50
)
FIELD_KEY = env.key("FIELD_KEY", None if PRODUCTION else bytes(range(32)), "it encrypts residents' names and phones")
SIGNING_KEY = env.key("SIGNING_KEY", None if PRODUCTION else bytes(range(32, 64)), "it signs published results")
# public keys (base64) of signing keys that were replaced: files signed with them can still be checked
RETIRED_SIGNING_KEYS = env.words("RETIRED_SIGNING_KEYS")
for retired in RETIRED_SIGNING_KEYS:
    env.key_bytes("RETIRED_SIGNING_KEYS", retired, "each is the public half of a former SIGNING_KEY")

# --- where it answers ------------------------------------------------------------------------------------------
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", "" if PRODUCTION else "localhost,127.0.0.1,testserver")
if PRODUCTION and (not ALLOWED_HOSTS or "*" in ALLOWED_HOSTS):
    raise ImproperlyConfigured("ALLOWED_HOSTS must name the hosts of the site, comma-separated, without '*'.")
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS")
HTTPS = env.flag("HTTPS", default=PRODUCTION)
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_HSTS_SECONDS = env.number("HSTS_SECONDS", 31_536_000) if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.flag("BEHIND_PROXY", default=PRODUCTION) else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 2**20
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
UPLOAD_MAX_BYTES = 60 * 2**20
JOBS_AT_ONCE = env.number("JOBS_AT_ONCE", 1)  # long Excel jobs that work at a time: fewer than the worker has processes
JOB_SILENCE_SECONDS = 30  # a working job without a sign of life for this long is handed to another worker
JOB_KEEP_DAYS = env.number("JOB_KEEP_DAYS", 14)  # uploads and made files are removed after this
PHOTO_MAX_BYTES = 15 * 2**20
ATTACHMENT_MAX_BYTES = env.number("ATTACHMENT_MAX_MB", 40) * 2**20  # one drawing or document of a scheme
# tiles below the map of communities, such as https://{s}.example.cn/{z}/{x}/{y}.png; empty = our own outline alone
MAP_TILE_URL = env.text("MAP_TILE_URL", "")
MAP_TILE_HOSTS = env.tile_hosts("MAP_TILE_URL", MAP_TILE_URL)
MAP_TILE_SOURCE = env.text("MAP_TILE_SOURCE", "")  # whose tiles they are: stands on the map
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:", "blob:", *MAP_TILE_HOSTS],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

# --- the house -------------------------------------------------------------------------------------------------
# our own first: their words win over the same words in other packages' translations
INSTALLED_APPS = [
    "common",
    "regions",
    "accounts",
    "audit",
    "messaging",
    "communities",
    "projects",
    "surveys",
    "facilities",
    "lifecycle",
    "analytics",
    "spreadsheets",
    "demo",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "pghistory",
    "pgtrigger",
    "django_htmx",
    "axes",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "django_structlog",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    *([] if TESTING else ["whitenoise.middleware.WhiteNoiseMiddleware"]),
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "common.middleware.DomainErrorMiddleware",
    "audit.middleware.AuditContextMiddleware",
    "accounts.middleware.PrivateAnswerMiddleware",
    "accounts.middleware.SessionEndMiddleware",
    "accounts.middleware.SecondFactorMiddleware",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "renovation.urls"
WSGI_APPLICATION = "renovation.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "renovation.navigation.navigation",
            ],
            "builtins": ["django.templatetags.i18n", "common.templatetags.ui"],
        },
    },
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- PostgreSQL, Redis, Celery ---------------------------------------------------------------------------------
DATABASES = {"default": dj_database_url.parse(env.text("DATABASE_URL"), conn_max_age=600, conn_health_checks=True)}
DATABASES["default"]["ATOMIC_REQUESTS"] = False
REDIS_URL = env.text("REDIS_URL")
CELERY_BROKER_URL = (
    REDIS_URL.replace("unix://", "redis+socket://").replace("?db=", "?virtual_host=") if REDIS_URL.startswith("unix://") else REDIS_URL
)
CACHES = {
    "default": {
        "BACKEND": "common.caching.RedisCache",  # Django's, with a client that is kept
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "renovation",
        "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 3},  # seconds; a silent server must not hold up pages
    }
}
CELERY_TASK_IGNORE_RESULT = True  # the row is the result: no result back end
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # a worker waits for its broker as long as it takes, not 50 minutes
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 3600, "socket_timeout": 5, "socket_connect_timeout": 2}
CELERY_TIMEZONE = "Asia/Shanghai"
CELERY_TASK_ALWAYS_EAGER = False
CELERY_BEAT_SCHEDULE = {
    "sweep-outbox": {"task": "messaging.tasks.sweep_outbox", "schedule": 2.0},
    "advance-rounds": {"task": "surveys.tasks.advance_rounds", "schedule": 10.0},
    "open-batches": {"task": "surveys.tasks.open_batches", "schedule": 10.0},
    "count-rounds": {"task": "surveys.tasks.count_running", "schedule": 15.0},
    "review-rounds": {"task": "surveys.tasks.look_for_the_unusual", "schedule": 60.0},
    "remind-households": {"task": "surveys.tasks.remind_households", "schedule": 600.0},
    "sweep-jobs": {"task": "spreadsheets.tasks.sweep_jobs", "schedule": 5.0},
    "worker-heartbeat": {"task": "messaging.tasks.heartbeat", "schedule": 10.0},
    "count-circles": {"task": "facilities.tasks.count_circles", "schedule": 10.0},
    "nightly-circles": {"task": "facilities.tasks.count_every_circle", "schedule": crontab(hour="2", minute="20")},
    "nightly-count": {"task": "analytics.tasks.count_all_years", "schedule": crontab(hour="1", minute="10")},
}
# topic of an outbox row -> the task that claims rows of that topic
OUTBOX_CONSUMERS = {"figures": "analytics.tasks.count_changed", "messages": "messaging.tasks.send_messages"}
MESSAGE_TRANSPORT = env.text("MESSAGE_TRANSPORT", "messaging.transports.ConsoleTransport")  # how text messages leave
MESSAGE_ATTEMPTS = 5

# --- accounts --------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
ROLE_CODES = {"province_official", "city_official", "district_staff", "street_staff", "department_staff", "auditor"}
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
LOGIN_URL = "accounts:login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "accounts:login"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"] if TESTING else ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
SESSION_COOKIE_AGE = env.number("SESSION_HOURS", 10) * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_SAVE_EVERY_REQUEST = False
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SECOND_FACTOR_ROLES = env.words("SECOND_FACTOR_ROLES")  # role codes that must use TOTP, e.g. province_official
if unknown_roles := set(SECOND_FACTOR_ROLES) - ROLE_CODES:
    raise ImproperlyConfigured(f"SECOND_FACTOR_ROLES names unknown roles {sorted(unknown_roles)}; there are {sorted(ROLE_CODES)}.")
OTP_TOTP_ISSUER = env.text("SITE_NAME", "Hebei renovation")  # the name of the entry in the authenticator app
LOGIN_LIMIT_PER_ADDRESS = env.number("LOGIN_LIMIT_PER_ADDRESS", 30)  # failures in 15 minutes, whatever the names
LOGIN_LIMIT_PER_NAME = env.number("LOGIN_LIMIT_PER_NAME", 50)  # ... whatever the addresses
AXES_VERBOSE = False
AXES_FAILURE_LIMIT = env.number("LOGIN_FAILURE_LIMIT", 5)
AXES_COOLOFF_TIME = datetime.timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # the page says how long to wait: that must hold
AXES_LOCKOUT_CALLABLE = "accounts.views.session.locked_out"
PROXY_COUNT = env.number("PROXY_COUNT", 1 if PRODUCTION else 0)  # proxies in front, each of which says who asked it
AXES_CLIENT_IP_CALLABLE = "accounts.throttling.client_address"

# --- audit: every insert, update and delete is kept, and what is kept is never changed ---------------------------
PGHISTORY_DEFAULT_TRACKERS = (pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
PGHISTORY_APPEND_ONLY = True

# --- language and time -----------------------------------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = USE_TZ = True
TIME_ZONE = "Asia/Shanghai"
FORMAT_MODULE_PATH = ["renovation.formats"]

# --- files -----------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = Path(env.text("STATIC_ROOT", str(BASE_DIR / "staticfiles")))
NODE_MODULES = BASE_DIR / "node_modules"
FRONT_END = ("echarts", "leaflet", "supercluster")
STATICFILES_DIRS = [
    BASE_DIR / "static",
    ("verifier", BASE_DIR / "surveys" / "verifier"),  # the checking program, to download
    *((f"vendor/{name}/dist", NODE_MODULES / name / "dist") for name in FRONT_END if (NODE_MODULES / name).is_dir()),
]
ICON_ROOT = NODE_MODULES / "bootstrap-icons" / "icons"
MEDIA_ROOT = Path(env.text("MEDIA_ROOT", None if PRODUCTION else str(BASE_DIR / ".workshop" / "media")))
MEDIA_URL = "/no-public-media/"  # nothing answers there: files are private and leave through views that ask for the region
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if TESTING or DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
FILE_UPLOAD_PERMISSIONS = 0o640

# --- API -------------------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["accounts.authentication.ActionPermission"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_PAGINATION_CLASS": "common.api.CursorPagination",
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_THROTTLE_CLASSES": ["rest_framework.throttling.AnonRateThrottle", "rest_framework.throttling.UserRateThrottle"],
    "DEFAULT_THROTTLE_RATES": {"anon": env.text("API_RATE_ANONYMOUS", "120/min"), "user": env.text("API_RATE_USER", "1200/min")},
    "EXCEPTION_HANDLER": "common.api.problem_details",
    "NUM_PROXIES": PROXY_COUNT,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Hebei old residential community renovation: open API",
    "VERSION": "1",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SERVE_INCLUDE_SCHEMA": False,
    "OAS_VERSION": "3.1.0",
}

# --- rules that no public source settles: settings with a documented default ------------------------------------
PROVINCE_CODE = "130000"
# The dashboard opens at this day; empty = today. The workshop opens the demo at the date of the 2021 article.
DASHBOARD_AS_OF = env.text("DASHBOARD_AS_OF", "")
LAG_NEAR_POINTS = 15  # behind the calendar by this many percentage points: "near"
LAG_FAIL_POINTS = 25  # ... "fail"
MAP_LIMITS = [60, 70, 80, 90]
MAP_APPROVAL_NUMBER = env.text("MAP_APPROVAL_NUMBER", "")  # 审图号
MAP_UNITS_FILE = BASE_DIR / "regions" / "data" / "hebei_reporting_units.geojson"
MAP_COUNTIES_FILE = BASE_DIR / "regions" / "data" / "hebei_counties.geojson"
# what a renovation usually costs, from and to: outside yuan/m² a scheme needs a reason, outside yuan/household it is warned of
COST_PER_SQUARE_METRE = (env.number("COST_PER_SQUARE_METRE_FROM", 80), env.number("COST_PER_SQUARE_METRE_TO", 600))
COST_PER_HOUSEHOLD = (env.number("COST_PER_HOUSEHOLD_FROM", 14_000), env.number("COST_PER_HOUSEHOLD_TO", 38_000))
WISH_PERCENT = 20  # works that so many per cent of the households want are proposed beside the scheme
PHOTO_RADIUS_METRES = 300  # evidence photo counts as "in the yard" within this distance of a community without outline
# progress of works, contracts and change orders [open: docs/operations.md]
PROGRESS_DOUBT_POINTS = env.number("PROGRESS_DOUBT_POINTS", 10)  # works and the month's report may differ by so many points
QUANTITY_TOLERANCE = env.number("QUANTITY_TOLERANCE_PERCENT", 10)  # more than planned by so many per cent needs a note
CHANGE_ORDER_COUNTY_PERCENT = env.number("CHANGE_ORDER_COUNTY_PERCENT", 5)  # of a contract: changes up to it, together, the county decides
CHANGE_ORDER_COUNTY_DAYS = env.number("CHANGE_ORDER_COUNTY_DAYS", 7)  # ... and up to so many days
# rounds: DOMAIN.md section 6; what it leaves [open] has its default here
ROUND_PUBLICITY_DAYS = env.number("ROUND_PUBLICITY_DAYS", 7)  # from the announcement to the opening
ROUND_OBJECTION_DAYS = env.number("ROUND_OBJECTION_DAYS", 7)  # from the closing to the end of objections
ROUND_BATCH_AT_ONCE = 50  # rounds for so many communities are made in the request; more by the worker
ROUND_LONGEST_DAYS = 60  # from the opening to the closing
ROUND_EXTENSIONS = 2  # how often a round may be extended ...
ROUND_EXTENSION_DAYS = 15  # ... by how many days each time
KEYING_HOURS = 48  # sheets handed in before the closing are keyed until then
CALL_BACK_PERCENT = 5  # of the ballots entered at the door, drawn by lot
CODE_TRIES = env.number("CODE_TRIES", 20)  # wrong household codes from one address in ten minutes
REVIEW_PER_DEVICE = 6  # households from one device: more need a review
REVIEW_PER_ACCOUNT = 60  # ballots entered by one account in a day
REVIEW_AT_NIGHT = 10  # ballots of one round between 23:00 and 6:00
REVIEW_STAFF_PERCENT = 50  # of the ballots of a round entered by staff, from 20 ballots on
REVIEW_WRONG_CODES = 100  # wrong codes at one round in an hour
REMIND_AT_HOURS = (9, 20)  # households are reminded between these hours
GATE_WAITS_FOR_OBJECTIONS = env.flag("GATE_WAITS_FOR_OBJECTIONS", default=True)  # a gate opens after its round's objection period [open]
ROLL_LEAST_PERCENT = env.number("ROLL_LEAST_PERCENT", 90)  # of the registered households on a round's roll, or its gate stays shut [open]
# dig once: who is asked before a yard is opened (of lifts only where the scheme holds lifts), and for how long it stays closed [open]
PIPE_OWNERS = env.words("PIPE_OWNERS", "water,drainage,gas,power,heating,telecom,lifts")
DIG_ONCE_MONTHS = env.number("DIG_ONCE_MONTHS", 24)
# the living circle [open: areas, detour and tolerance; docs/operations.md]
CIRCLE_DETOUR = env.number("CIRCLE_DETOUR_PERCENT", 130) / 100  # metres on foot for each straight metre
CIRCLE_RINGS = [int(each) for each in env.words("CIRCLE_RINGS", "300,500,1000")]  # metres on foot in 5, 10, 15 minutes
CIRCLE_TOLERANCE = env.number("CIRCLE_TOLERANCE_PERCENT", 20) / 100  # so far beyond a ring an item is partly met
CIRCLE_AREAS = env.figures("CIRCLE_AREAS")  # m² by item of the checklist where they differ from facilities/checklist.py
INSPECTION_GRACE_DAYS = env.number("INSPECTION_GRACE_DAYS", 30)  # from an inspection's day until it is overdue [open]
# joint acceptance and what comes after it; codes: lifecycle/choices.py
ACCEPTANCE_DEPARTMENTS = env.words("ACCEPTANCE_DEPARTMENTS", "housing,planning,fire,city_management,street_office")  # [open: which]
DEPARTMENT_CODES = {
    "housing", "planning", "fire", "city_management", "street_office", "development", "finance", "civil_affairs", "police",
}  # fmt: skip
if not ACCEPTANCE_DEPARTMENTS or set(ACCEPTANCE_DEPARTMENTS) - DEPARTMENT_CODES:
    raise ImproperlyConfigured(f"ACCEPTANCE_DEPARTMENTS must name some of {sorted(DEPARTMENT_CODES)}, comma-separated.")
ACCEPTANCE_DEPARTMENTS_AT_DESK = env.flag("ACCEPTANCE_DEPARTMENTS_AT_DESK", default=False)  # may sign at the clerk's screen too
ACCEPTANCE_RESIDENTS = env.number("ACCEPTANCE_RESIDENTS", 2)  # representatives of the residents, at least [open]
ACCEPTANCE_MINOR_TO_WARRANTY = env.flag("ACCEPTANCE_MINOR_TO_WARRANTY", default=True)  # minor defects become tickets [open]
WARRANTY_YEARS = {"roof": 5, "pipes": 2, "equipment": 2, "other": 2}  # State Council Decree 279, Art. 40; "other" by agreement [open]
WARRANTY_HEATING_SEASONS, HEATING_SEASON = 2, ((11, 15), (3, 15))  # Art. 40; Hebei heats from 15 November to 15 March
ARCHIVE_DOCUMENTS = [  # what an archive holds [open]
    "approval", "survey_card", "round_results", "schemes", "funding", "contracts", "change_orders", "supervision", "photos_before",
    "photos_after", "as_built", "acceptance", "property_agreement", "final_account",
]  # fmt: skip
WARRANTY_DUE_DAYS = env.number("WARRANTY_DUE_DAYS", 15)  # from the report to the mending [open]
LOAD_DEMO_PASSWORD = env.text("DEMO_PASSWORD", "Demo-2021-hebei")

# --- logs ------------------------------------------------------------------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": env.text("LOG_LEVEL", "WARNING" if TESTING else "INFO")},
}
SILENCED_SYSTEM_CHECKS = ["security.W021"] if not HTTPS else []
