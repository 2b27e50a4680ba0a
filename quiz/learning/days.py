"""Study days: a learner's day, by time zone and rollover hour."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)


def study_day(at: datetime, zone: ZoneInfo, rollover_hour: int) -> date:
    """Tell which study day a moment belongs to: late at night it is still yesterday."""
    local = at.astimezone(zone).replace(tzinfo=None)
    day = (local - timedelta(hours=rollover_hour)).date()
    # The clock on the wall misleads where it jumps: forward over the rollover (the day has not
    # started), or back over it (the day does not start twice).
    if at < day_start(day, zone, rollover_hour):
        return day - DAY
    if at >= day_start(day + DAY, zone, rollover_hour):
        return day + DAY
    return day


def day_start(day: date, zone: ZoneInfo, rollover_hour: int) -> datetime:
    """Tell when a study day starts, in UTC.

    Where the clock jumps over the rollover hour, it is the moment of the jump;
    where the hour comes twice, its first time.
    """
    return datetime.combine(day, time(rollover_hour), zone).astimezone(UTC)
