"""Who acted on whom: a directed network from actor to recipient.

Definition: n(a, b) = entries in which a acts towards b, seconds = observed seconds of those that are states, over the
encounters whose end is known. *Out* and *in strength* are the sums of n of a person's ties. *Share of initiations* =
out / (out + in); of a pair, n(a, b) / (n(a, b) + n(b, a)). *Reciprocity* = ties that are returned / ties, whatever
their n (Wasserman & Faust 1994, section 13.2). *Betweenness* (Freeman 1977) over directed shortest paths, each tie one
step, shared among paths of one length, divided by (N-1)(N-2), from six people up. A tie of somebody to themselves
counts in n and is left out of reciprocity and betweenness. Entries without a recipient are shown beside the network,
never dropped. Undefined, so null: the share of somebody without ties, the reciprocity of no ties, betweenness of fewer
than six people, seconds where no state is among the entries.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import Annotated, ClassVar

from pydantic import Field

from skygge.core.analysis import Analysis, AnalysisParams
from skygge.core.arrays import distinct, np
from skygge.core.cells import CellTable, Part, Tally
from skygge.core.coding import actor_label, labels_of, token_of
from skygge.core.durations import read_bouts
from skygge.core.streams import Observed

FEWEST_FOR_BETWEENNESS = 6


class ActorNetworkParams(AnalysisParams):
    """Which ties are drawn."""

    without_effect: ClassVar[frozenset[str]] = frozenset({"dimension", "uncoded", "bouts"})
    least: Annotated[int, Field(ge=1, le=1_000_000, description="Ties of fewer entries are not drawn.")] = 1


class NetworkTie(Tally):
    """One actor towards one recipient."""

    actor: str
    recipient: str
    seconds: float | None
    share_of_pair: float = Field(description="Of the entries between the two, either way.")


class NetworkActor(Part):
    """One person, thing or place."""

    key: str
    labels: dict[str, str]
    kind: str | None
    agency: str | None
    acting: Tally
    addressed: Tally
    without_recipient: Tally
    n_acts_on: int = Field(description="Out-degree: towards how many different others.")
    n_acted_on_by: int
    share_of_initiations: float | None
    betweenness: float | None


class ActorNetworkResult(Part):
    """Nodes by label, ties by n."""

    actors: list[NetworkActor]
    ties: list[NetworkTie]
    reciprocity: float | None
    without_recipient: Tally
    without_actor: Tally


def build_network(observed: Observed, params: ActorNetworkParams) -> ActorNetworkResult:
    """The whole network."""
    cells, people = find_cells(observed, params), _people(observed)
    counts = {
        (actor, recipient): cells.tally(f"tie:{actor}>{recipient}")
        for actor, recipient in _pairs(observed)
        if cells.tally(f"tie:{actor}>{recipient}").n >= params.least
    }
    drawn: dict[str, set[str]] = {person: set() for person in people}
    for actor, recipient in counts:
        if actor != recipient:
            drawn[actor].add(recipient)
    ties = _ties(observed, cells, counts)
    between = _betweenness(drawn) if len(people) >= FEWEST_FOR_BETWEENNESS else {}
    return ActorNetworkResult(
        actors=[_actor(observed, cells, person, drawn, between.get(person)) for person in people],
        ties=sorted(ties, key=lambda tie: (-tie.n, tie.cell)),
        reciprocity=_reciprocity(drawn),
        without_recipient=cells.tally("recipient:-"),
        without_actor=cells.tally("actor:-"),
    )


def find_cells(observed: Observed, params: ActorNetworkParams) -> CellTable:
    """The entries of each tie, of each person either way, and those in which somebody is missing."""
    table, rows, people = observed.table, observed.kept, _people(observed)
    rank = {person: place for place, person in enumerate(people)}
    actor, recipient = (
        np.asarray([*(rank.get(word, -1) for word in column.words), -1], dtype=np.int64)[column.codes[rows]]
        for column in (table.actor, table.recipient)
    )
    n = len(people) + 1
    names = [token_of(person) for person in (*people, None)]
    tokens = [f"{what}:{name}" for what in ("actor", "recipient", "alone") for name in names]
    tied = (actor >= 0) & (recipient >= 0)
    pairs, place = np.unique(actor[tied] * n + recipient[tied], return_inverse=True)
    tokens += [f"tie:{people[pair // n]}>{people[pair % n]}" for pair in pairs.tolist()]
    alone = recipient < 0
    cell = np.concatenate((actor % n, n + recipient % n, 2 * n + actor[alone] % n, 3 * n + place))
    return CellTable(observed, tokens, cell, np.concatenate((rows, rows, rows[alone], rows[tied])))


def _people(observed: Observed) -> list[str]:
    """Everybody who acts or is addressed."""
    table = observed.table
    used = {
        column.words[code]
        for column in (table.actor, table.recipient)
        for code in distinct(column.codes[observed.kept]).tolist()
        if code >= 0
    }
    return sorted(used, key=lambda actor: (actor_label(observed, actor), actor))


def _pairs(observed: Observed) -> list[tuple[str, str]]:
    table, rows = observed.table, observed.kept
    actor, recipient = table.actor.codes[rows].astype(np.int64), table.recipient.codes[rows].astype(np.int64)
    tied = (actor >= 0) & (recipient >= 0)
    n = len(table.recipient.words) + 1
    pairs = distinct(actor[tied] * n + recipient[tied]).tolist()
    return [(table.actor.words[pair // n], table.recipient.words[pair % n]) for pair in pairs]


def _ties(observed: Observed, cells: CellTable, counts: Mapping[tuple[str, str], Tally]) -> list[NetworkTie]:
    bouts = read_bouts(observed, observed.kept)
    length = np.zeros(len(observed.table))
    length[bouts.rows] = bouts.length_ms
    is_state = np.zeros(len(observed.table))
    is_state[bouts.rows] = 1
    ms, states = (dict(zip(cells, cells.sum(values[cells.rows]), strict=True)) for values in (length, is_state))
    found = []
    for (actor, recipient), tally in counts.items():
        back = counts.get((recipient, actor))
        both = tally.n + (back.n if back is not None and actor != recipient else 0)
        seconds = ms[tally.cell] / 1000 if states[tally.cell] else None
        found.append(
            NetworkTie(
                **tally.model_dump(), actor=actor, recipient=recipient, seconds=seconds, share_of_pair=tally.n / both
            )
        )
    return found


def _actor(
    observed: Observed, cells: CellTable, person: str, drawn: Mapping[str, set[str]], betweenness: float | None
) -> NetworkActor:
    acting, addressed = cells.tally(f"actor:{person}"), cells.tally(f"recipient:{person}")
    alone = cells.tally(f"alone:{person}")
    out, thing = acting.n - alone.n, observed.actors.get(person, {})
    return NetworkActor(
        key=person,
        labels=labels_of(observed, "actor", person),
        kind=thing.get("kind"),
        agency=thing.get("agency"),
        acting=acting,
        addressed=addressed,
        without_recipient=alone,
        n_acts_on=len(drawn[person]),
        n_acted_on_by=sum(person in others for others in drawn.values()),
        share_of_initiations=out / (out + addressed.n) if out + addressed.n else None,
        betweenness=betweenness,
    )


def _reciprocity(drawn: Mapping[str, set[str]]) -> float | None:
    ties = [(actor, other) for actor, others in drawn.items() for other in others]
    return sum(actor in drawn[other] for actor, other in ties) / len(ties) if ties else None


def _betweenness(drawn: Mapping[str, set[str]]) -> dict[str, float]:
    """Brandes, A faster algorithm for betweenness centrality (2001): one search from each person."""
    score = dict.fromkeys(drawn, 0.0)
    for source in drawn:
        far, paths, reached = {source: 0}, dict.fromkeys(drawn, 0.0), []
        before: dict[str, list[str]] = {person: [] for person in drawn}
        paths[source], queue = 1.0, deque([source])
        while queue:
            person = queue.popleft()
            reached.append(person)
            for other in sorted(drawn[person]):
                if other not in far:
                    far[other] = far[person] + 1
                    queue.append(other)
                if far[other] == far[person] + 1:
                    paths[other] += paths[person]
                    before[other].append(person)
        share = dict.fromkeys(drawn, 0.0)
        for person in reversed(reached):
            for earlier in before[person]:
                share[earlier] += paths[earlier] / paths[person] * (1 + share[person])
            score[person] += share[person] if person != source else 0.0
    pairs = (len(drawn) - 1) * (len(drawn) - 2)
    return {person: value / pairs for person, value in score.items()}


ANALYSIS = Analysis(
    name="actor-network",
    question={"en": "Who acted on whom?", "da": "Hvem handlede over for hvem?"},
    params=ActorNetworkParams,
    result=ActorNetworkResult,
    compute=build_network,
    cells=find_cells,
)
