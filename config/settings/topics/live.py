"""Caches, and the channel layer of the one websocket. What is in Redis may vanish without loss."""

from config import env

REDIS_URL = env.REDIS_URL

# What sign-in counts (failed tries, used codes) is in the database: when Redis is away, nobody may guess freely
# and nobody is locked out. Signs of life and other things of no weight are in Redis.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "crm_sign_in_counts",
        "OPTIONS": {
            "MAX_ENTRIES": 200_000,
            "CULL_FREQUENCY": 10,
        },  # a flood of keys must not push the old ones out
    },
    "redis": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": env.REDIS_URL,
        "KEY_PREFIX": "crm",
        "OPTIONS": {"socket_timeout": 2, "socket_connect_timeout": 2},
    }
    if env.REDIS_URL
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
}

# redis-py 8 times sockets out after 5 s by default, which would close every idle websocket.
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [{"address": env.REDIS_URL, "socket_timeout": None}], "prefix": "crm"},
    }
    if env.REDIS_URL
    else {"BACKEND": "channels.layers.InMemoryChannelLayer"}
}
