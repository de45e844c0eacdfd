"""What pm4py finds in an event log, as JSON."""

import json
import sys

import pm4py

log = pm4py.read_xes(sys.argv[1])
traces = {str(name): list(rows["concept:name"]) for name, rows in log.groupby("case:concept:name", sort=False)}
graph, starts, ends = pm4py.discover_dfg(log)
print(
    json.dumps(
        {
            "n": len(log),
            "traces": traces,
            "words": [None if isinstance(word, float) else word for word in log["words"]],
            "resources": sorted(set(log["org:resource"].dropna())),
            "transitions": sorted(set(log["lifecycle:transition"])),
            "follows": sorted([first, second, n] for (first, second), n in graph.items()),
            "is_sorted": bool(
                log.groupby("case:concept:name")["time:timestamp"]
                .apply(lambda times: times.is_monotonic_increasing)
                .all()
            ),
            "first": str(log["time:timestamp"].min()),
        }
    )
)
