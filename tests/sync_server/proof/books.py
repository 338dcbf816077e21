"""What everybody's credits must come to: sums over what was answered, with no lots, locks or retries."""

from dataclasses import dataclass, field


@dataclass
class Person:
    """Every dictionary is by an id that counts once, however often the thing was told or asked."""

    name: str
    grants: dict[str, int] = field(default_factory=dict)
    purchases: dict[str, int] = field(default_factory=dict)
    refunds: dict[str, int] = field(default_factory=dict)
    held: dict[str, int] = field(default_factory=dict)
    spent: dict[str, int] = field(default_factory=dict)

    @property
    def earned(self) -> int:
        return sum(self.grants.values()) + sum(self.purchases.values())

    @property
    def worth(self) -> int:
        """The balance less what is owed."""
        return self.earned - sum(self.refunds.values()) - sum(self.spent.values())

    @property
    def reserved(self) -> int:
        return sum(self.held.values())

    def settle(self, hold: str, amount: int) -> None:
        self.held.pop(hold)
        self.spent[hold] = amount

    def release(self, hold: str) -> None:
        self.held.pop(hold)
