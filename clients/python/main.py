"""Lists contacts, previews criteria, selects, watches a segment, and shows a mistake."""

import asyncio
import os
import sys
from typing import Any

import httpx
from urval import (
    CodeSetTest,
    CodeTest,
    ContactCriteria,
    ContactType,
    ContactTypeTest,
    DateTest,
    GraphQLClientError,
    GraphQLClientHttpError,
    InteractionTest,
    Mistake,
    SegmentAddContactsInput,
    Urval,
)

URL = os.environ.get("URVAL_URL", "http://127.0.0.1:8080/graphql")
# Only a server that asks who you are needs one.
TOKEN = os.environ.get("URVAL_TOKEN")


def quiet_for(duration: str) -> ContactCriteria:
    """People in Norway or Sweden, or with the newsletter, who had no interaction for a while."""
    nordic = ContactCriteria(country=CodeTest(in_=["NO", "SE"]))
    readers = ContactCriteria(mailing_groups=CodeSetTest(has_any=["NEWS"]))
    recent = ContactCriteria(
        interactions=InteractionTest(within=DateTest(in_last=duration))
    )
    return ContactCriteria(
        all=[
            ContactCriteria(type=ContactTypeTest(eq=ContactType.PERSON)),
            ContactCriteria(any=[nordic, readers]),
            ContactCriteria(not_=recent),
        ]
    )


async def list_contacts(urval: Urval) -> None:
    print("List")
    page = await urval.contacts(first=3)
    assert page.page_info.has_next_page
    following = await urval.contacts(first=3, after=page.page_info.end_cursor)
    contacts = page.nodes + following.nodes
    for contact in contacts:
        print(f"  {contact.no}  {contact.name or '(hidden)'}")
    print(f"  … of {page.total_count}")
    assert len({contact.id for contact in contacts}) == 6


async def criteria(urval: Urval) -> int:
    print("Criteria")
    preview = await urval.preview_criteria(quiet_for("P30D"))
    nothing_wrong(preview.user_errors)
    print(f"  {preview.text}")
    for step in preview.funnel:
        print(f"  {step.matches:5}  {step.text}")
    print(f"  {preview.selected.count:5}  would be selected")
    assert 0 < preview.selected.count <= preview.funnel[-1].matches
    return preview.selected.count


async def selection(urval: Urval, expected: int) -> str:
    print("Selection")
    created = await urval.create_segment(description="Quiet readers")
    nothing_wrong(created.user_errors)
    segment = created.segment

    added = await urval.add_contacts(
        SegmentAddContactsInput(segment_id=segment.id, criteria=quiet_for("P30D"))
    )
    nothing_wrong(added.user_errors)
    print(
        f"  {segment.no}: {added.effect.added} came in, {added.effect.after} are there"
    )
    assert added.effect.added == added.effect.after == expected

    back = await urval.go_back(segment.id)
    nothing_wrong(back.user_errors)
    print(
        f"  a step back: {back.effect.removed} went out, {back.effect.after} are there"
    )
    assert back.effect.after == 0
    return segment.id


async def subscription(urval: Urval, segment_id: str, expected: int) -> None:
    print("Subscription")
    changes = urval.segment_changed(segment_id)
    change = asyncio.create_task(anext(changes))
    # The server does not say when it has begun to watch.
    await asyncio.sleep(1)
    added = await urval.add_contacts(
        SegmentAddContactsInput(segment_id=segment_id, criteria=quiet_for("P30D"))
    )
    nothing_wrong(added.user_errors)
    segment = (await asyncio.wait_for(change, timeout=10)).segment
    await changes.aclose()
    print(f"  told that {segment.no} has {segment.contacts_count} contacts now")
    assert segment.contacts_count == expected


async def error(urval: Urval, segment_id: str) -> None:
    print("Error")
    wrong = SegmentAddContactsInput(
        segment_id=segment_id, criteria=quiet_for("30 days")
    )
    [mistake] = (await urval.add_contacts(wrong)).user_errors
    value = value_at(mistake.path, {"input": wrong.model_dump(by_alias=True)})
    print(f"  {'.'.join(mistake.path)}")
    print(f"  {mistake.path[-1]}: {value!r}  ← {mistake.code.value}: {mistake.message}")
    assert value == "30 days"


def value_at(path: list[str], value: Any) -> Any:
    """What was sent as the field that the path names."""
    for key in path:
        value = value[int(key) if isinstance(value, list) else key]
    return value


def nothing_wrong(mistakes: list[Mistake]) -> None:
    assert not mistakes, mistakes


async def main() -> None:
    websocket_url = URL.replace("http", "ws", 1)
    headers = {"Authorization": f"Bearer {TOKEN}"} if TOKEN else {}
    async with Urval(
        URL, headers=headers, ws_url=websocket_url, ws_headers=headers
    ) as urval:
        await list_contacts(urval)
        count = await criteria(urval)
        segment_id = await selection(urval, count)
        await subscription(urval, segment_id, count)
        await error(urval, segment_id)


if __name__ == "__main__":
    try:
        asyncio.run(main())
    except GraphQLClientHttpError as refused:
        # Errors say more than the status that they come with.
        sys.exit(f"{URL}: {refused.response.text}")
    except (GraphQLClientError, httpx.TransportError) as failed:
        sys.exit(f"{URL}: {failed}")
