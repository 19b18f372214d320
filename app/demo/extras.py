"""What surrounds the work in the demo: a measured need, a dry run, messages, what users say.

Nothing is invented: the need and the answers are made from times that were measured in this very
run, and whoever "answers" is one of the demo's own customers, which are programs and say so.
"""

import time
import urllib.request
from statistics import median

from app.demo.shop import DemoShop
from app.domain.change import Change
from app.domain.communication import Audience, Moment
from app.domain.evidence import LoadFigure
from app.domain.feedback import Channel
from app.domain.need import EvidenceKind, NeedEvidence
from app.domain.run import RunMode, RunState
from app.errors import AppError
from app.services.message import communications
from app.services.review import feedback
from app.services.run import execution
from app.services.run.execution import Beginning
from app.services.facade import AppServices
from app.services.review.feedback_read import read_pasted
from app.tasks import TaskContext
from app.wording import number

CUSTOMERS = (7, 1007, 2007, 3007, 4007, 5007)
"""Too few for a percentage, and the report says so."""
_ASKED = 9
_TIMES = 3
AS_BEFORE, FASTER, MUCH_FASTER = 0.9, 0.6, 0.3
"""From which share of the time before on an answer is as before, faster, much faster."""


def waiting_ms(shop: DemoShop, customer: int) -> float:
    """Return how long a customer waits for the list of orders: the median of a few requests."""
    times = []
    for _turn in range(_TIMES):
        began = time.perf_counter()
        url = f"{shop.url.partition('?')[0]}?customer={customer}"
        with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310 - our own server
            answer.read()
        times.append(1000 * (time.perf_counter() - began))
    return median(times)


def waits(shop: DemoShop) -> dict[int, float]:
    """Return how long each customer waits now, in milliseconds."""
    return {customer: waiting_ms(shop, customer) for customer in CUSTOMERS}


def measured_need(before: dict[int, float]) -> NeedEvidence:
    """Return the need as it was measured, in a form that figures can be made of."""
    slowest = max(before.values())
    return NeedEvidence(
        EvidenceKind.METRIC,
        "Slowest of six customers on the orders page",
        f"{number(slowest, 'ms')}, median of {_TIMES} requests",
        period="just before the plan",
        load=LoadFigure(round(slowest, 1), "ms"),
    )


def dry_run(change: Change, services: AppServices) -> str:
    """Go through the runbook without touching a server; return what came of it."""
    run = execution.start_run(change.id, Beginning(RunMode.DRY), desk=services.desk)
    run = execution.play(run.id, services.executors, desk=services.desk, context=TaskContext())
    if run.state is not RunState.DONE:
        raise AppError(f"The dry run ended in state {run.state.value}.")
    return f"Dry run: {len(run.active)} steps gone through, no server touched"


def draft_messages(change: Change, services: AppServices) -> str:
    """Draft what users and the service desk are told; nothing is sent, for nobody is there."""
    wanted = (Audience.USERS, Audience.SERVICE_DESK)
    drafted = communications.plan_messages(change.id, wanted, desk=services.desk)
    before = sum(message.moment is Moment.BEFORE for message in drafted.messages)
    return f"{len(drafted.messages)} messages drafted, {before} for before the work; none is sent"


def answer(before: dict[int, float], after: dict[int, float]) -> str:
    """Return the answers of the customers as they would paste them: rated by their own times."""
    blocks = []
    for customer, was in before.items():
        share = after[customer] / was
        rating = 5 if share <= MUCH_FASTER else 4 if share <= FASTER else 3
        rating = rating if share <= 1 / AS_BEFORE else 2
        text = f"My list took {after[customer]:.0f} ms, {was:.0f} ms before"
        blocks.append(f"Rating: {rating}\nRole: Customer {customer}, a program\nComment: {text}")
    return "\n\n".join(blocks)


def hear_users(
    change: Change, services: AppServices, before: dict[int, float], after: dict[int, float]
) -> str:
    """Keep what the customers answered, as any pasted answers are kept."""
    text = answer(before, after)
    asked = feedback.Round(Channel.OTHER, _ASKED, "The demo's own customers", text.encode())
    kept = feedback.keep_answers(
        change.id, read_pasted(text), asked, desk=services.desk, files=services.files
    )
    return f"{len(kept.responses)} of {_ASKED} customers answered: counts only, no percentage"
