"""What is on a shelf and in a basket: docs/segments-and-stages.md, "Taste", and the seed sensitive_words."""

from collections import Counter, defaultdict
from fractions import Fraction

from tests.oracle.book import Book, Person
from tests.oracle.orders import Order
from tests.oracle.words import sensitive_classes
from tests.oracle.world import Record, number


def is_sensitive(text: str | None) -> bool:
    """Say whether a text holds a sensitive word, however it was typed."""
    return text is not None and bool(sensitive_classes(text))


def product_category(book: Book, sku: str | None) -> str | None:
    """Return the category of an article as the catalogue has it."""
    found = book.products.get(sku)
    return found.text("category") if found else None


def category_of(book: Book, line: Record) -> str | None:
    """Return the category of a line: what the ticket says, else the product's; nothing where any of it is sensitive."""
    found = book.products.get(line.text("sku_id"))
    shelf = found.text("category") if found else None
    if found and (is_sensitive(found.text("name")) or is_sensitive(shelf)):
        return None
    category = line.text("category") or shelf
    return None if is_sensitive(category) else category


def halved(age: int, half_life: int) -> Fraction:
    """Return the weight of an age in days, in whole millionths."""
    return Fraction(round(0.5 ** (age / half_life) * 1_000_000), 1_000_000)


def last_year(book: Book, person: Person) -> list[Order]:
    """Return the purchases of the 365 days back from the last one."""
    orders = [order for order in book.orders.get(person, []) if order.is_purchase]
    last = max((order.ordered_at.date() for order in orders), default=None)
    return [order for order in orders if (last - order.ordered_at.date()).days < number("order_window_days")]


def spend(book: Book, person: Person) -> tuple[dict[str, Fraction], Counter]:
    """Return by category what a person spent, halving, and in how many orders, in 180 days back from the last one."""
    orders = [order for order in book.orders.get(person, []) if order.is_purchase]
    last = max((order.ordered_at.date() for order in orders), default=None)
    spent: dict[str, Fraction] = defaultdict(Fraction)
    often: Counter = Counter()
    for order in orders:
        age = (last - order.ordered_at.date()).days
        if age >= number("interest_window_days"):
            continue
        shelves = [(category_of(book, line), line.fen("amount_yuan")) for line in book.lines.get(order.key, [])]
        for category, fen in shelves:
            if category:
                spent[category] += fen * halved(age, number("interest_half_life_days"))
        often.update({category for category, _ in shelves if category})
    return spent, often
