"""Settings, one topic a file. Nothing here reads the environment: config/env.py does."""

from .topics.api import *
from .topics.apps import *
from .topics.auth import *
from .topics.csp import *
from .topics.database import *
from .topics.intl import *
from .topics.live import *
from .topics.logs import *
from .topics.mail import *
from .topics.people import *
from .topics.providers import *
from .topics.queue import *
from .topics.security import *
from .topics.sso import *
from .topics.web import *
