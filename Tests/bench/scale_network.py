"""Made-up networks for Tests/bench/scale.py: a register and months of facts from a seed, in bulk, with the figures that a bulletin of them must show."""

from __future__ import annotations

import datetime
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

EPOCH = datetime.date(1970, 1, 1)
FOREVER = (datetime.date(9999, 12, 31) - EPOCH).days
ZONE_MS = 8 * 3_600_000
DAY_MS = 86_400_000
SWITCHED_ON = 0.49
DAYS_ON = 15
SUSPENDED_EVERY = 200
# How many different days of a habit there are. They are picked anew for each site-day.
DAYS = 4096


@dataclass(frozen=True)
class Plan:
    """How large a network is. Codes have 2, 4, 6, 9 or 12 digits, so that below a nation of two digits there is no room for villages."""

    name: str
    root: str
    below: tuple[tuple[int, int], ...]
    sites: int
    months: int
    villages: bool
    presence: bool
    goal_ms: int


PLANS = {
    "city": Plan("city", "9901", ((6, 8), (9, 19)), 3_248, 12, True, True, 50),
    "province": Plan("province", "99", ((4, 15), (6, 10), (9, 15)), 50_000, 12, True, False, 1_000),
    "nation": Plan("nation", "99", ((4, 31), (6, 11), (9, 8), (12, 14)), 700_000, 1, False, False, 5_000),
}


@dataclass(frozen=True, slots=True)
class DayOn:
    """What a site does on a day: the minutes on in runs, stored as the program stores them."""

    runs: tuple[tuple[int, int], ...]
    minutes: int
    coded: bytes
    # The other columns of site_day: effective seconds, plays, effective plays, effective plays on demand.
    derived: tuple[int, int, int, int]
    # The columns after day and site as COPY takes them.
    site_day_text: str
    presence_text: str


def day_on(runs: list[tuple[int, int]]) -> DayOn:
    minutes = sum(end - start for start, end in runs)
    plays = minutes // 45
    derived = (minutes * 20, plays + 1, plays, plays // 2)
    coded = encode(runs)
    return DayOn(tuple(runs), minutes, coded, derived, "\t".join(map(str, (minutes, *derived))) + "\n", f"{minutes}\t\\\\x{coded.hex()}\n")


def encode(runs: list[tuple[int, int]]) -> bytes:
    """As `MinuteSet.encoded` does: for each run its gap from the end of the run before and its length less one, in LEB128."""
    result = bytearray()
    before = 0
    for start, end in runs:
        for number in (start - before, end - start - 1):
            while number >= 0x80:
                result.append(number & 0x7F | 0x80)
                number >>= 7
            result.append(number)
        before = end
    return bytes(result)


def habits(draw: random.Random) -> list[list[DayOn]]:
    """Days of the three habits of `CityBenchMonth` (Sources/Simulator): evenings, office hours, all day. About 260 minutes in the mean of the days on."""
    evenings, offices = [], []
    for _ in range(DAYS):
        start = 1080 + draw.randrange(105)
        runs = [(start, min(start + draw.randint(56, 232), 1440))]
        if draw.random() < 0.4:
            morning = 480 + draw.randrange(120)
            runs.insert(0, (morning, morning + draw.randint(25, 110)))
        evenings.append(day_on(runs))
        morning, afternoon = 510 + draw.randrange(30), 870 + draw.randrange(30)
        offices.append(day_on([(morning, morning + draw.randint(120, 200)), (afternoon, afternoon + draw.randint(120, 200))]))
    return [evenings, offices, [day_on([(480, 1320)])] * DAYS]


@dataclass
class Figures:
    """What a bulletin of the reported month must show."""

    registered: int = 0
    switched_on: int = 0
    on_minutes: int = 0
    due_days: int = 0
    site_days: int = 0
    # By the area's code directly below the root: sites switched on and their minutes.
    below: dict[str, list[int]] = field(default_factory=dict)


class MadeNetwork:
    """A network of a plan. The reported month is the last one; the others lie before it."""

    def __init__(self, plan: Plan, seed: int, months: int, month: str, through: datetime.date | None = None):
        """`through` is the first day of which nothing is known yet; without it all months are over."""
        self.plan = plan
        self.through = number_of(through) if through else FOREVER
        self.seed = seed
        year, number = map(int, month.split("-"))
        last = year * 12 + number - 1
        self.months = [datetime.date(index // 12, index % 12 + 1, 1) for index in range(last - months + 1, last + 1)]
        draw = random.Random(seed)
        self.habits = habits(draw)
        self.masks = [mask for mask in (sum(1 << day for day in range(31) if draw.random() < DAYS_ON / 31) for _ in range(DAYS)) if mask]
        self.from_day = number_of(self.months[0].replace(year=self.months[0].year - 1))
        self.made_ms = self.from_day * DAY_MS - ZONE_MS
        self.end_day = number_of(next_month(self.months[-1]))
        self.end_ms = self.end_day * DAY_MS - ZONE_MS
        # Suspended sites stand still from the eleventh day of the reported month; what they report from then on counts no more.
        self.suspended_from = number_of(self.months[-1]) + 10
        self.figures = Figures()

    @cached_property
    def tree(self) -> list[tuple[str, str]]:
        """Codes with their parents' codes, parents first, without villages."""
        areas = [(self.plan.root, "")]
        level = [self.plan.root]
        for digits, count in self.plan.below:
            level = [parent + str(number).zfill(digits - len(parent)) for parent in level for number in range(1, count + 1)]
            areas += [(code, next(code[:length] for length in (9, 6, 4, 2) if length < len(code))) for code in level]
        return areas

    @cached_property
    def places(self) -> list[str]:
        """The area code of each site, by the site's number less one."""
        digits = self.plan.below[-1][0]
        lowest = [code for code, _ in self.tree if len(code) == digits]
        places, before, serial = [], "", 200
        for index in range(self.plan.sites):
            code = lowest[index * len(lowest) // self.plan.sites]
            serial = serial + 1 if code == before else 201
            before = code
            places.append(f"{code}{serial}" if self.plan.villages else code)
        return places

    def is_suspended(self, site: int) -> bool:
        return site % SUSPENDED_EVERY == 0

    def register(self) -> Iterator[tuple[str, str, Iterator[tuple]]]:
        """Table, columns and rows, in the order in which they refer to each other."""
        areas = self.tree + ([(place, place[:9]) for place in self.places] if self.plan.villages else [])
        count = self.plan.sites
        made, start = self.made_ms, self.from_day
        yield "area", "id, made_at", ((uuid(1, code), made) for code, _ in areas)
        yield (
            "area_version", "id, area_id, code, name, parent_id, from_day, until_day, recorded_at",
            ((uuid(2, code), uuid(1, code), code, f"区域{code}", uuid(1, parent) if parent else None, start, FOREVER, made) for code, parent in areas),
        )  # fmt: skip
        yield "site", "id, num, code, made_at", ((uuid(3, number), number, self.site_code(number), made) for number in range(1, count + 1))
        yield (
            "site_version", "id, site, name, area_id, kind, mode, from_day, until_day, recorded_at",
            ((uuid(4, number), number, f"第{number}号村级站点", uuid(1, self.places[number - 1]), "village", "iptv", start, FOREVER, made) for number in range(1, count + 1)),
        )  # fmt: skip
        yield "site_state", "id, site, state, from_day, until_day, reason, document, actor, recorded_at", self.states()
        yield "terminal", "id, num, made_at", ((f"t-{number:07}", number, made) for number in range(1, count + 1))
        yield (
            "terminal_assignment", "id, terminal, site, from_day, until_day, recorded_at",
            ((uuid(6, number), number, number, start, FOREVER, made) for number in range(1, count + 1)),
        )  # fmt: skip
        yield (
            "node", "id, kind, name, area_id, public_key, claim_expires_at, enrolled_at, version, made_at",
            ((f"t-{number:07}", "terminal", f"t-{number:07}", uuid(1, self.places[number - 1]), f"{number:043}=", made, made, "1.0.0", made) for number in range(1, count + 1)),
        )  # fmt: skip
        yield "watermark", "terminal, through_at, received_at", ((number, self.end_ms, self.end_ms) for number in range(1, count + 1))

    def states(self) -> Iterator[tuple]:
        for number in range(1, self.plan.sites + 1):
            until = self.suspended_from if self.is_suspended(number) else FOREVER
            yield (uuid(5, number * 2), number, "in_service", self.from_day, until, "验收合格", "", "import", self.made_ms)
            if until != FOREVER:
                yield (uuid(5, number * 2 + 1), number, "suspended", until, FOREVER, "停用", "", "import", self.made_ms)

    def site_code(self, number: int) -> str:
        return f"{self.places[number - 1]}1{number % 100:02}"

    def days(self) -> Iterator[tuple[int, list[tuple[int, DayOn]]]]:
        """Each day's number with the sites that were on and what they did, ascending. After the last one `figures` is filled, unless the month goes on."""
        for first in self.months:
            draw = random.Random(f"{self.seed}/{first}")
            on = []
            for site in sorted(draw.sample(range(1, self.plan.sites + 1), round(self.plan.sites * SWITCHED_ON))):
                chance = draw.random()
                place = int(chance * 1_000_003)
                on.append((site, self.habits[0 if chance < 0.7 else 1 if chance < 0.92 else 2], place, self.masks[place % len(self.masks)]))
            day, length = number_of(first), (next_month(first) - first).days
            for index in range(min(length, self.through - day)):
                step = index * 37
                yield day + index, [(site, days[(place + step) % DAYS]) for site, days, place, mask in on if mask >> index & 1]
            if first == self.months[-1] and self.through == FOREVER:
                self.count(on, length)

    def month_days(self) -> list[tuple[int, int]]:
        """The first day of each month and of the one after it, as numbers."""
        return [(number_of(first), number_of(next_month(first))) for first in self.months]

    def count(self, on: list[tuple[int, list[DayOn], int, int]], length: int) -> None:
        suspended = self.plan.sites // SUSPENDED_EVERY
        figures = Figures(registered=self.plan.sites, due_days=self.plan.sites * length - suspended * (length - 10))
        digits = self.plan.below[0][0]
        figures.below = {code: [0, 0] for code, _ in self.tree if len(code) == digits}
        for site, days, place, mask in on:
            mask &= (1 << (10 if self.is_suspended(site) else length)) - 1
            minutes = sum(days[(place + index * 37) % DAYS].minutes for index in range(length) if mask >> index & 1)
            if minutes:
                line = figures.below[self.places[site - 1][:digits]]
                line[0] += 1
                line[1] += minutes
                figures.site_days += mask.bit_count()
        figures.switched_on = sum(line[0] for line in figures.below.values())
        figures.on_minutes = sum(line[1] for line in figures.below.values())
        self.figures = figures


def number_of(day: datetime.date) -> int:
    return (day - EPOCH).days


def next_month(first: datetime.date) -> datetime.date:
    return (first + datetime.timedelta(days=31)).replace(day=1)


def uuid(kind: int, number: int | str) -> str:
    """As long as the program's identifiers and, as those, ascending with creation."""
    return f"0120{kind:04x}-0000-7000-8000-{int(number):012}"
