"""A world of the loop in miniature: what ``benchmarks.loop --world`` is handed, with answers that are known."""

import numpy as np

CH = ("official", "sms", "wecom")
OPT = [(0, 0), (1, 0), (1, 1), (1, 2), (2, 0), (2, 1), (2, 2)]
CHN, DEP = np.array([channel for channel, _ in OPT]), np.array([depth for _, depth in OPT])
SEND = np.array([0.01, 0.05, 0.05, 0.05, 0.25, 0.25, 0.25])
PCT, CAP = np.array([0, 0.1, 0.25]), np.array([0, 20.0, 40.0])
BANDS = ("at_risk", "dormant", "lost", "one_time")
PRIOR = np.tile([0.02, 0.03, 0.04, 0.06, 0.04, 0.06, 0.09], (4, 1))
REDEEM, PULL = np.array([0, 0.4, 0.65]), np.array([0.15, 0.25, 0.4])
M, H, OFFER_DAYS, GAP, HOLD = 0.3, 14, 7, 14, 0.05


class World:
    """Everybody lapsed, everybody reached. kind ``strong``: ten times the seed's lift; ``null``: none."""

    def __init__(self, seed: int, n: int, days: int, kind: str) -> None:
        """Draw the customers and the numbers of their days."""
        rng = np.random.default_rng(seed)
        self.n, self.days, self.kind = n, days, kind
        self.gap, self.basket, self.obs_basket = np.full(n, 30.0), np.full(n, 80.0), np.full(n, 80.0)
        self.affinity, self.chat, self.drop, self.sleepy = (np.full(n, x) for x in (0.4, 0.4, 0.3, 0.1))
        self.stay, self.asleep0, self.one = 0.8, np.ones(n, bool), np.zeros(n, bool)
        self.since0, self.reach = rng.uniform(45, 150, n), np.ones((n, len(OPT)), bool)
        self.cell = PRIOR * {"strong": 10.0, "null": 0.0}[kind]
        self.f, self.redeem = np.ones((n, len(OPT))), np.tile(REDEEM[DEP], (n, 1)).astype(float)
        self.u, self.ur, self.us = (rng.random((days, n)) for _ in range(3))
        self.b, self.p0noise = np.ones((days, n)), np.zeros(n)

    def hazard(self, since: np.ndarray, asleep: np.ndarray) -> np.ndarray:
        """Return the hazard of an order a day."""
        return np.where(asleep, self.sleepy, 1.0) / self.gap + 0 * since

    def band(self, since: np.ndarray, once: np.ndarray) -> np.ndarray:
        """Return the band of each customer, -1 where they have not lapsed."""
        return np.where(once, 3, np.digitize(since, [42.0, 70.0, 130.0]) - 1)
