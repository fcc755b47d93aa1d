"""Redis: cache and the channel layer of the one websocket. Both may vanish without loss."""

from config import env

CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": env.REDIS_URL,
        "KEY_PREFIX": "crm",
        "OPTIONS": {"socket_timeout": 2, "socket_connect_timeout": 2},
    }
    if env.REDIS_URL
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
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
