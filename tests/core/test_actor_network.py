"""A network worked out by hand, and reciprocity and betweenness against networkx."""

from __future__ import annotations

import random
from typing import Any

import networkx
import pytest

from skygge.core.analyses.actor_network import ANALYSIS, ActorNetworkParams, ActorNetworkResult
from skygge.core.analysis import answer
from tests.fixtures.paper_study import PaperStudy, actor, codebook_lines, encounter, entry, name_id, study_line


def ask(*lines: dict[str, Any], **params: Any) -> ActorNetworkResult:
    house = [study_line(), *codebook_lines(), encounter("a", "09:00", "09:59")]
    return answer(ANALYSIS, PaperStudy([*house, *lines]), ActorNetworkParams.model_validate(params)).result


def test_a_network_by_hand() -> None:
    """P1 to C1 three times (one state of 4 min), to R1 and to nobody once; C1 to P1 once, somebody to C1 once."""
    people = [actor("P1"), actor("C1", "citizen"), actor("R1", "relative")]
    found = ask(
        *people,
        entry("a", "09:01", who="P1", to="C1"),
        entry("a", "09:02", who="P1", to="C1"),
        entry("a", "09:03", who="P1", to="C1", end="09:07"),
        entry("a", "09:08", who="C1", to="P1"),
        entry("a", "09:09", who="P1", to="R1"),
        entry("a", "09:10", who="P1"),
        entry("a", "09:11", to="C1"),
    )
    ties = {(tie.actor, tie.recipient): (tie.n, tie.seconds, tie.share_of_pair) for tie in found.ties}
    worker, citizen, relative = (name_id(name) for name in ("P1", "C1", "R1"))
    assert ties == {
        (worker, citizen): (3, 240.0, 0.75),
        (citizen, worker): (1, None, 0.25),
        (worker, relative): (1, None, 1.0),
    }
    by_key = {one.key: one for one in found.actors}
    assert (by_key[worker].acting.n, by_key[worker].without_recipient.n, by_key[worker].addressed.n) == (5, 1, 1)
    assert by_key[worker].share_of_initiations == pytest.approx(4 / 5)
    assert (by_key[worker].n_acts_on, by_key[worker].n_acted_on_by) == (2, 1)
    assert (by_key[relative].share_of_initiations, by_key[relative].betweenness) == (0, None)
    assert (found.without_recipient.n, found.without_actor.n) == (1, 1)
    assert found.reciprocity == pytest.approx(2 / 3)
    assert ask(*people, entry("a", "09:01", who="P1")).reciprocity is None


def test_ties_of_few_entries_are_not_drawn_when_asked() -> None:
    """With `least` 2 the single tie is gone; the people stay."""
    lines = [actor("P1"), actor("C1"), *(entry("a", f"09:0{minute}", who="P1", to="C1") for minute in (1, 2))]
    found = ask(*lines, entry("a", "09:05", who="C1", to="P1"), least=2)
    assert [(tie.actor, tie.n) for tie in found.ties] == [(name_id("P1"), 2)]
    assert len(found.actors) == 2
    assert found.reciprocity == 0


@pytest.mark.parametrize("seed", range(8))
def test_reciprocity_and_betweenness_are_those_of_networkx(seed: int) -> None:
    """Random directed networks of seven people."""
    chance = random.Random(seed)
    names = [f"A{number}" for number in range(7)]
    ties = [(one, two) for one in names for two in names if one != two and chance.random() < 0.3]
    lines = [entry("a", f"09:{place:02}", who=one, to=two) for place, (one, two) in enumerate(ties)]
    found = ask(*(actor(name) for name in names), *lines)
    graph = networkx.DiGraph(ties)
    graph.remove_nodes_from([name for name in graph if graph.degree(name) == 0])
    assert found.reciprocity == pytest.approx(networkx.overall_reciprocity(graph))
    theirs = networkx.betweenness_centrality(graph)
    for one in found.actors:
        label = one.labels["en"]
        if len(found.actors) >= 6:
            assert one.betweenness == pytest.approx(theirs[label])
        assert (one.n_acts_on, one.n_acted_on_by) == (graph.out_degree(label), graph.in_degree(label))
