"""What the settings put around an API."""

from edge.around import Around
from edge.limits.classes import Cost
from edge.limits.rate import Rate
from launcher.settings import Settings


def around(settings: Settings) -> Around:
    """Limits, and which pages may call."""
    written = {cost: getattr(settings, f"limit_{cost}") for cost in Cost}
    rates = {cost: rate for cost, text in written.items() if (rate := Rate.parse(text))}
    url = settings.limits_redis_url
    return Around(
        origins=settings.cors_origins.split(),
        rates=rates,
        address_factor=settings.limit_address_factor,
        proxies=settings.proxies,
        limits_url=None if url is None else url.value,
    )
