"""The attention head in integers, and the same head in real numbers. README.md is the contract."""

import pathlib
import sys

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import imc_model  # noqa: E402

Q_TOP, KV_LOW, KV_TOP, A_TOP, O_LOW, O_TOP = 15, -4, 3, 15, -16, 15


def load(folder=HERE):
    """Parameters of the trained head: arrays, and the numbers of spec.json."""
    projection, attention = imc_model.read_json(folder / "spec.json")["stages"][:2]
    head = {"projection_shift": projection["output"]["shift"], "window": attention["window"],
            "score_bias": attention["score"]["bias"], "score_shift": attention["score"]["shift"],
            "output_shift": attention["output"]["shift"]}
    for name in ("projection_weights", "projection_bias", "readout_weights", "readout_bias"):
        head[name] = np.load(folder / f"{name}.npy").astype(np.int64)
    return head


def project(x, head):
    """q, k, v before their ranges are cut: (x . w + bias + half) >> shift.

    x: (samples, tokens, 8)."""
    acc = x @ head["projection_weights"] + head["projection_bias"]
    shift = head["projection_shift"]
    return np.split((acc + (1 << (shift - 1))) >> shift, 3, axis=-1)


def attend(q, k, v, head):
    """Outputs (samples, tokens, d) and the attention words a (samples, tokens, window).

    Token by token with a ring of `window` keys and values, as the circuit does it."""
    q = np.clip(q, 0, Q_TOP)
    k, v = np.clip(k, KV_LOW, KV_TOP), np.clip(v, KV_LOW, KV_TOP)
    samples, tokens, d = q.shape
    window = head["window"]
    keys = np.zeros((samples, window, d), dtype=np.int64)
    values = np.zeros_like(keys)
    outputs = np.zeros_like(q)
    words = np.zeros((samples, tokens, window), dtype=np.int64)
    for t in range(tokens):
        slot = t % window
        keys[:, slot], values[:, slot] = k[:, t], v[:, t]
        filled = min(t + 1, window)
        score = np.einsum("nd,nwd->nw", q[:, t], keys[:, :filled])
        a = np.clip((score + head["score_bias"]) >> head["score_shift"], 0, A_TOP)
        total = np.einsum("nw,nwd->nd", a, values[:, :filled])
        outputs[:, t] = np.clip(total >> head["output_shift"], O_LOW, O_TOP)
        words[:, t, :filled] = a
    return outputs, words


def attend_real(x, head, ranges=True):
    """The same parameters in real numbers: nothing is rounded. Without `ranges` nothing is cut
    either, but for q >= 0 and 0 <= a <= 15, which are functions of the head. The two shifts of the
    integer head round down, by half a step on average: here that half is subtracted."""
    acc = x @ head["projection_weights"] + head["projection_bias"]
    q, k, v = np.split(acc / 2.0 ** head["projection_shift"], 3, axis=-1)
    q = np.maximum(q, 0)
    if ranges:
        q, k, v = np.minimum(q, Q_TOP), np.clip(k, KV_LOW, KV_TOP), np.clip(v, KV_LOW, KV_TOP)
    score = np.einsum("ntd,nud->ntu", q, k)
    age = np.arange(x.shape[1])[:, None] - np.arange(x.shape[1])[None, :]
    a = np.clip((score + head["score_bias"]) / 2.0 ** head["score_shift"] - 0.5, 0, A_TOP)
    a = np.where((age >= 0) & (age < head["window"]), a, 0)
    outputs = np.einsum("ntu,nud->ntd", a, v) / 2.0 ** head["output_shift"] - 0.5
    return np.clip(outputs, O_LOW, O_TOP) if ranges else outputs


def classify(outputs, head):
    """Linear readout over all tokens' outputs: class scores."""
    return outputs.reshape(len(outputs), -1) @ head["readout_weights"] + head["readout_bias"]


def likeness(outputs, real):
    """Mean over tokens of the cosine, and signal to error in dB."""
    norms = np.linalg.norm(outputs, axis=-1) * np.linalg.norm(real, axis=-1)
    product = (outputs * real).sum(axis=-1)
    error = ((outputs - real) ** 2).sum()
    return (float((product[norms > 0] / norms[norms > 0]).mean()),
            float(10 * np.log10((real ** 2).sum() / error)))
