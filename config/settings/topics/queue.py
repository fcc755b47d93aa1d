"""Celery: nudges and a compute pool. Every task means "look now"; a sweep finds what a lost nudge forgot."""

import sys

from django.core.exceptions import ImproperlyConfigured

from config import env

CELERY_BROKER_URL = env.REDIS_URL or "memory://"
# Taken from in turn, so that no kind of work waits behind a flood of another. What deserves it most among messages is
# decided when a worker looks (conversations.services.work), not by the order of the nudges.
CELERY_TASK_DEFAULT_QUEUE = "others"
CELERY_TASK_QUEUES = {
    name: {"exchange": name, "routing_key": name} for name in ("messages", "turns", "others")
}
CELERY_TASK_ROUTES = {
    "conversations.work": {"queue": "messages"},
    "conversations.read_deliveries": {"queue": "messages"},
    "agents.run_turn": {"queue": "turns"},
}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 20_000
# Of tasks: Celery never closes a connection to the database; `config.celery` asks Django before each task.
CELERY_DB_REUSE_MAX = sys.maxsize
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 20
# A thread can't be ended, and Celery breaks when it tries; a turn that is run twice is published once all the same.
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = env.PROGRAM != "turns"
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_SOFT_TIME_LIMIT = 60
CELERY_TASK_TIME_LIMIT = 90
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 120,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "socket_timeout": 2,
    "socket_connect_timeout": 2,
    "retry_on_timeout": False,
}
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULER = "config.beat.BeatingScheduler"
CELERY_BEAT_MAX_LOOP_INTERVAL = 1
CELERY_BEAT_SYNC_EVERY = 0
CELERY_BEAT_SCHEDULE = {
    "forget requests of last week": {"task": "crm.forget_old_requests", "schedule": 3600.0},
    "go on with replays": {"task": "crm.sweep_replays", "schedule": 5.0},
    "deliver events that are overdue": {"task": "crm.deliver_overdue", "schedule": 5.0},
    "mail invitations that are due": {"task": "crm.mail_invitations", "schedule": 20.0},
    "mail who forgot their password": {"task": "crm.mail_password_resets", "schedule": 5.0},
    "mail alerts that are due": {"task": "crm.mail_alerts", "schedule": 20.0},
    "read deliveries that are overdue": {"task": "conversations.sweep_intake", "schedule": 5.0},
    "send messages that are overdue": {"task": "conversations.sweep_sending", "schedule": 5.0},
    "wake what was snoozed": {"task": "conversations.sweep_snoozed", "schedule": 10.0},
    "send what was written for later": {"task": "conversations.sweep_later", "schedule": 5.0},
    "look after channels": {"task": "conversations.look_after_channels", "schedule": 15.0},
    "fetch files that are overdue": {"task": "conversations.sweep_media", "schedule": 15.0},
    "go on with bulk changes": {"task": "leads.sweep_jobs", "schedule": 5.0},
    "follow what leads missed": {"task": "leads.sweep", "schedule": 20.0},
    "run turns that are overdue": {"task": "agents.sweep_turns", "schedule": 5.0},
}

# A quarter of the lease is left for the rest of a turn. One that outlives its lease is thrown away, and taken again.
if env.MODEL_TIMEOUT > env.CLAIM_LEASE * 3 / 4:
    raise ImproperlyConfigured("MODEL_TIMEOUT must not be more than three quarters of CLAIM_LEASE.")
CLAIM_LEASE = env.CLAIM_LEASE
MODEL_TIMEOUT = env.MODEL_TIMEOUT
UNKNOWN_WAIT = env.UNKNOWN_WAIT
READ_RETRY_AT_MOST = env.READ_RETRY_AT_MOST
