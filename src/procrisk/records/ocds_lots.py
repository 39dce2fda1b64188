"""The lots extension: what Peru calls an item is a lot elsewhere, and bids and awards name lots, not items.

Where a call has lots, its items and those of its awards are put together lot by lot, before columns are taken out of them.
An item that no lot claims stays as it is. One lot of many items is the call itself: there the items stay.
"""

from collections.abc import Sequence

from procrisk.records import ocds_structs as o
from procrisk.records.ocds_flat import VALUE


def by_lots(releases: Sequence[o.Release]) -> None:
    """Changes, in place, the items of the calls that have lots and of their awards."""
    for release in releases:
        tender = release.tender
        if tender is None or not tender.lots:
            continue
        if len(tender.lots) == 1 and len(tender.items or ()) > 1:
            for bid in (release.bids and release.bids.details) or ():
                bid.related_lots = None
            continue
        of_item: dict[o.Id, o.Id] = {item.id: item.related_lot for item in tender.items or () if item.related_lot}
        alone = tender.lots[0].id if len(tender.lots) == 1 else None
        claimed, rest = _claimed(tender.items or (), of_item, alone)
        tender.items = (*(_lot(lot, claimed.get(lot.id, [])) for lot in tender.lots), *rest)
        for award in release.awards or ():
            named = award.related_lots or ()
            claimed, rest = _claimed(award.items or (), of_item, named[0] if len(named) == 1 else alone)
            for lot in named or ((alone,) if alone and not claimed else ()):
                claimed.setdefault(lot, [])
            whole = award.value if len(claimed) == 1 and not rest else None
            award.items = (*(_line(lot, items, whole) for lot, items in claimed.items()), *rest)


def _claimed(
    items: Sequence[o.Item], of_item: dict[o.Id, o.Id], otherwise: o.Id
) -> tuple[dict[o.Id, list[o.Item]], list[o.Item]]:
    """Items by lot, and those of none."""
    claimed: dict[o.Id, list[o.Item]] = {}
    rest = []
    for item in items:
        lot = item.related_lot or of_item.get(item.id) or otherwise
        if lot:
            claimed.setdefault(lot, []).append(item)
        else:
            rest.append(item)
    return claimed, rest


def _lot(lot: o.Lot, items: Sequence[o.Item]) -> o.Item:
    """A lot as an item: what is bought is told by its first item, how much of it only where that is the only one."""
    first = items[0] if items else o.Item()
    only = first if len(items) == 1 else o.Item()
    return o.Item(
        id=lot.id,
        position=lot.id,
        description=lot.title or lot.description or first.description,
        status=lot.status or first.status,
        classification=first.classification,
        additional_classifications=first.additional_classifications,
        quantity=only.quantity,
        unit=only.unit,
        total_value=lot.value or _sum(items),
        delivery_address=first.delivery_address,
    )


def _line(lot: o.Id, items: Sequence[o.Item], whole: o.Value | None) -> o.Item:
    """The part of an award that falls on a lot; all of it where it has but one."""
    quantity = items[0].quantity if len(items) == 1 else None
    return o.Item(position=lot, quantity=quantity, total_value=whole or _sum(items))


def _sum(items: Sequence[o.Item]) -> o.Value | None:
    """Total of items in one currency; null when one of them has none."""
    values = [i.total_value or VALUE for i in items]
    amounts = [v.amount for v in values if v.amount is not None]
    if not values or len(amounts) < len(values) or len({v.currency for v in values}) > 1:
        return None
    return o.Value(sum(amounts), values[0].currency)
