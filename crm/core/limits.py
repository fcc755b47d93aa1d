"""Token buckets in Redis: how often somebody may knock. While Redis is away everybody may; sign-in counts by itself."""

import hashlib
import logging
import time
from functools import cache

import redis
from django.conf import settings
from redis.exceptions import RedisError

log = logging.getLogger(__name__)
PREFIX = "crm:limit"
PATIENCE = 0.3  # seconds; a limit is not worth waiting for
REST = 5.0  # seconds without asking once Redis did not answer
# The server's clock, and one step for reading, filling, taking and writing: any number of processes share a bucket.
TAKE = """
local time = redis.call('TIME')
local now = tonumber(time[1]) + tonumber(time[2]) / 1000000
local burst, rate = tonumber(ARGV[1]), tonumber(ARGV[2])
local kept = redis.call('HMGET', KEYS[1], 'level', 'at')
local level = math.min(burst, (tonumber(kept[1]) or burst) + math.max(0, now - (tonumber(kept[2]) or now)) * rate)
local wait = 0
if level < 1 then wait = (1 - level) / rate else level = level - 1 end
redis.call('HSET', KEYS[1], 'level', string.format('%.6f', level), 'at', string.format('%.6f', now))
redis.call('EXPIRE', KEYS[1], math.ceil(burst / rate) + 1)
return string.format('%.6f', wait)
"""


_rests_until = 0.0


@cache
def _redis(url: str) -> redis.Redis:
    """One pool of connections a process."""
    return redis.Redis.from_url(url, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE)


def take(name: str, who: str, *, burst: float, per_second: float) -> float:
    """Take a token of somebody's bucket. Seconds until there is one; 0.0 when it was taken, or nobody counts."""
    global _rests_until  # noqa: PLW0603  how this process finds Redis
    if not settings.REDIS_URL or time.monotonic() < _rests_until:
        return 0.0
    key = f"{PREFIX}:{name}:{hashlib.sha256(who.encode()).hexdigest()[:32]}"
    try:
        return float(_redis(settings.REDIS_URL).eval(TAKE, 1, key, burst, per_second))
    except (RedisError, OSError):
        _rests_until = time.monotonic() + REST
        log.warning("limits are off for a moment: Redis does not answer")
        return 0.0
