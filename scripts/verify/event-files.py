"""Do TensorBoard's own readers read what callbacks.tensorBoard writes?

    npm run build
    python3 -m venv .venv && .venv/bin/pip install -r scripts/verify/event-files.txt
    .venv/bin/python scripts/verify/event-files.py [FOLDER]

Trains a small network with Node.js, with validation, twice into one folder, and compares every point
that the readers find with the history that fit returned. With FOLDER the files stay there, to look
at them with `tensorboard --logdir FOLDER`.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.backend.event_processing.plugin_event_multiplexer import EventMultiplexer
from tensorboard.context import RequestContext
from tensorboard.data.provider import RunTagFilter
from tensorboard.data.server_ingester import SubprocessServerDataIngester, get_server_binary
from tensorboard.util.grpc_util import ChannelCredsType
from tensorboard.util.tensor_util import make_ndarray

ROOT = Path(__file__).resolve().parents[2]
TRAIN = ROOT / "scripts/verify/programs/event-files.mjs"
# All points, where the readers keep a sample of them otherwise.
ALL = {"scalars": 0, "tensors": 0}


def expected_charts(histories, steps):
    """The points of every chart of both runs, from what the fits have returned."""
    charts = {("train", tag): points for tag, points in steps.items()}
    for history in histories:
        for name, values in history.items():
            run, name = ("validation", name[3:]) if name.startswith("val") else ("train", name)
            tag = "epoch_" + "".join("_" + c.lower() if c.isupper() else c for c in name).lstrip("_")
            points = charts.setdefault((run, tag), [])
            points.extend(enumerate(values, len(points)))
    return {key: [(step, float(np.float32(value))) for step, value in points] for key, points in charts.items()}


def check(charts, found, reader):
    """Compares charts; the number of points."""
    rates = [rate for _, rate in found.pop(("train", "batch_learning_rate"))]
    # No hook is told the rate of the step that has ended; it falls from 0.05, as the cosine does.
    assert len(rates) == len(charts["train", "batch_loss"]) and rates[0] < 0.05, reader
    assert rates == sorted(rates, reverse=True), reader
    assert set(found) == set(charts), (reader, set(found) ^ set(charts))
    for key, points in charts.items():
        assert found[key] == points, (reader, key, found[key][:3], points[:3])
    return sum(map(len, charts.values()))


def by_accumulator(folder):
    """What EventAccumulator reads, which other programs use."""
    found = {}
    for run in ("train", "validation"):
        accumulator = EventAccumulator(str(folder / run), size_guidance=ALL)
        accumulator.Reload()
        assert accumulator.file_version == 2.0
        for tag in accumulator.Tags()["scalars"]:
            found[run, tag] = [(event.step, event.value) for event in accumulator.Scalars(tag)]
    return found


def by_multiplexer(folder):
    """What TensorBoard's server reads."""
    multiplexer = EventMultiplexer(size_guidance=ALL, tensor_size_guidance={"scalars": 0})
    multiplexer.AddRunsFromDirectory(str(folder))
    multiplexer.Reload()
    found = {}
    for run, kinds in multiplexer.Runs().items():
        for tag in kinds["tensors"]:
            metadata = multiplexer.SummaryMetadata(run, tag)
            assert metadata.plugin_data.plugin_name == "scalars", (run, tag, metadata)
            events = multiplexer.Tensors(run, tag)
            found[run, tag] = [(event.step, float(make_ndarray(event.tensor_proto))) for event in events]
    return found


def by_data_server(folder):
    """What TensorBoard's data server in Rust reads, which its page shows by default."""
    loader = SubprocessServerDataIngester(
        server_binary=get_server_binary(),
        logdir=str(folder),
        reload_interval=0,
        channel_creds_type=ChannelCredsType.LOCAL,
        samples_per_plugin={"scalars": 0},
    )
    loader.start()
    charts = loader.data_provider.read_scalars(
        RequestContext(),
        experiment_id="",
        plugin_name="scalars",
        downsample=10**6,
        run_tag_filter=RunTagFilter(),
    )
    return {(run, tag): [(p.step, p.value) for p in points] for run, tags in charts.items() for tag, points in tags.items()}


def main():
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp(prefix="steepest-events-"))
    result = json.loads(subprocess.run(["node", TRAIN, folder], check=True, capture_output=True, text=True).stdout)
    charts = expected_charts(result["histories"], result["steps"])
    for reader in (by_accumulator, by_multiplexer, by_data_server):
        points = check(charts, reader(folder), reader.__name__)
        print(f"{reader.__name__}: {len(charts)} charts, {points} points, all as fit returned them")


if __name__ == "__main__":
    main()
