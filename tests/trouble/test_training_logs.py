"""Training logs without an error line: their numbers tell what is wrong, or that nothing is."""

import pytest

from deepstart.trouble.explain import explain
from deepstart.trouble.training_logs import course, reading_of


def log(line, *rows):
    return "\n".join(f"Epoch {n}/20\n" + line.format(*row) for n, row in enumerate(rows, 1))


KERAS_2 = (
    "63/63 [====] - 1s 9ms/step - loss: {:.4f} - accuracy: {:.4f} - val_loss: {:.4f} - val_accuracy: {:.4f}"
)
KERAS_3 = (
    "63/63 ━━━━ 1s 9ms/step - accuracy: {1:.4f} - loss: {0:.4f} - val_accuracy: {3:.4f} - val_loss: {2:.4f}"
)
LOOP = "train loss {:.3f}, train acc {:.1%}, val loss {:.3f}, val acc {:.1%}"
BAR = "100%|██████████| 63/63 [00:01<00:00, loss={:.4f}, acc={:.3f}, val_loss={:.4f}, val_acc={:.3f}]"
TRAINER = "{{'loss': {:.4f}, 'grad_norm': 1.2, 'learning_rate': 5e-05, 'epoch': 0.5}}"

AT_CHANCE = [(0.6932, 0.499, 0.6931, 0.5), (0.6931, 0.502, 0.6931, 0.5), (0.6933, 0.497, 0.6932, 0.5)]
BY_HEART = [
    (0.61, 0.66, 0.62, 0.65),
    (0.2, 0.93, 0.71, 0.68),
    (0.04, 0.99, 1.23, 0.66),
    (0.01, 1.0, 1.6, 0.66),
]
HEALTHY = [
    (0.61, 0.66, 0.62, 0.65),
    (0.41, 0.82, 0.45, 0.8),
    (0.36, 0.85, 0.42, 0.82),
    (0.34, 0.86, 0.43, 0.82),
]
DONE = [(0.3521, 0.88, 0.401, 0.86), (0.3520, 0.88, 0.402, 0.86), (0.3519, 0.88, 0.401, 0.86)]


@pytest.mark.parametrize("line", [KERAS_2, KERAS_3, LOOP, BAR], ids=["keras 2", "keras 3", "loop", "bar"])
@pytest.mark.parametrize(
    ("rows", "cause"),
    [(AT_CHANCE, "loss-stays-the-same"), (BY_HEART, "network-overfits"), (HEALTHY, None), (DONE, None)],
    ids=["at chance", "by heart", "healthy", "done"],
)
def test_a_log_is_read_whoever_printed_it(line, rows, cause):
    answer = explain(log(line, *rows))
    assert (answer["candidates"][0]["cause_id"] if answer["known"] else None) == cause


def test_the_trainer_of_transformers_is_read_too():
    answer = explain("\n".join(TRAINER.format(loss) for loss in (0.6931, 0.693, 0.6932, 0.6931, 0.6932)))
    assert answer["candidates"][0]["cause_id"] == "loss-stays-the-same"


@pytest.mark.parametrize(
    ("line", "values", "cause"),
    [
        ("loss: {} - accuracy: 0.1200", (-1.5, -40.2, -900.1), "labels-do-not-fit-the-binary-loss"),
        ("loss: {:.4e} - accuracy: 0.5120", (0, 0, 0), "single-output-with-softmax"),
        ("step, loss {}", (2.4, 60.1, 8e3, 1e6), "nan-loss-learning-rate"),
        ("loss: {} - acc: 0.0000e+00", (1.2047, 0.1077, 0.0298), "accuracy-metric-on-regression"),
        ("loss: {:.4f} - acc: 0.1000", (14.5063, 14.5063, 14.5063), "loss-stays-the-same"),
    ],
)
def test_losses_below_zero_of_zero_and_that_grow_have_causes_of_their_own(line, values, cause):
    answer = explain(log(line, *[(value,) for value in values]))
    assert answer["candidates"][0]["cause_id"] == cause


def test_an_error_after_the_log_goes_before_what_the_log_tells():
    failed = "ResourceExhaustedError: OOM when allocating tensor with shape[64,512,56,56] [Op:Conv2D]"
    answer = explain(log(KERAS_2, *AT_CHANCE) + "\n" + failed)
    assert answer["candidates"][0]["layer"] == "memory"


#: Logs of which nothing bad can be said; each once had a reading.
NOTHING_TO_SAY = {
    "ping": ["3 packets transmitted, {} received, {}% packet loss, loss 0%", (3, 3), (4, 4), (5, 5)],
    "elbo": ["elbo loss: -{}.1", (800,), (900,), (950,)],
    "too short": ["loss: {} - accuracy: 0.5", (0.6931,)],
    "no numbers": ["loss and accuracy are written below", (), (), ()],
    "values of states": ["policy_loss: -0.01 value_loss: {}", (0.5,), (0.6,), (0.7,)],
    "bare names behind those of validation": [
        "train loss {}, acc {} | val loss {}, acc {}",
        (0.31, 0.91, 0.081, 0.975), (0.045, 0.986, 0.051, 0.985), (0.03, 0.99, 0.062, 0.984),
    ],
    "negative Dice": ["loss: -{0} - dice: {0} - accuracy: {1}", (0.53, 0.91), (0.79, 0.96), (0.85, 0.98)],
    "a plateau by the logarithm of three": ["loss: {} - accuracy: 0.605", (1.101,), (1.099,), (1.097,)],
    "adversaries in balance": ["[D loss: {}, acc.: 50%] [G loss: 0.7]", (0.6931,), (0.6945,), (0.6925,)],
    "a regression by the logarithm of two": ["loss: {}", (0.6965,), (0.694,), (0.692,), (0.69,), (0.688,)],
    "words guessed": ["step {} loss 3.00{}", (1, 1), (2, 4), (3, 2), (4, 3), (5, 1)],
    "batches of a first epoch": ["loss: {}", (2.302,), (2.3015,), (2.301,), (2.3005,), (2.3,)],
    "a part of the loss": ["kl_loss: {} - loss: {}", (0.2, 262), (1.9, 210), (3.6, 185), (5.2, 170)],
    "a part that is zero": ["aux_loss: 0.000 loss: {} acc: {}", (1.7, 0.41), (1.2, 0.55), (0.8, 0.71)],
    "rounded to zero": ["loss: 0.00 accuracy: {}", (0.71,), (0.85,), (0.91,)],
    "code": ["loss = 0; acc = 0", (), (), ()],
    "settings": ["box_loss: {}", (0.05,), (0.5,), (150.0,)],
    "parts of a count": ["loss {}/34", (1,), (12,), (33,)],
    "many classes at the start": ["loss: {} - accuracy: 0.001", (6.9,), (5.2,), (4.1,)],
    "a plateau in three digits": ["loss: 1.231 - accuracy: 0.551", (), (), ()],
    "summed over an epoch": ["running_loss: {}", (1.0,), (60.0,), (190.0,)],
    "first epochs of batch normalisation": [
        "loss: {} - accuracy: {} - val_loss: {} - val_accuracy: {}",
        (0.5, 0.85, 4.1, 0.1), (0.2, 0.93, 3.9, 0.12), (0.12, 0.96, 2.5, 0.45),
    ],
}  # fmt: skip


@pytest.mark.parametrize("kind", NOTHING_TO_SAY)
def test_what_is_no_course_of_a_classifier_has_no_reading(kind):
    line, *rows = NOTHING_TO_SAY[kind]
    assert reading_of([line.format(*row) for row in rows]) is None


def test_an_error_that_nobody_knows_is_not_hidden_by_the_log_before_it():
    failed = "Traceback (most recent call last):\n  File 'a.py', line 3\nbucketlib.UploadRefused: it is gone"
    assert not explain(log(KERAS_2, *BY_HEART) + "\n" + failed)["known"]


def test_lines_that_alternate_between_training_and_validation_belong_together():
    lines = [f"{part} Loss: {loss} Acc: 0.5" for loss in (2.0, 1.0, 0.5) for part in ("train", "val")]
    assert [(e.loss, e.val_loss, e.val_accuracy) for e in course(lines)] == [
        (loss, loss, 0.5) for loss in (2.0, 1.0, 0.5)
    ]


def test_of_a_log_with_validation_only_the_ends_of_epochs_count():
    lines = ["1/2 - loss: 2.0", "2/2 - loss: 1.0 - val_loss: 1.1"] * 4
    assert [epoch.loss for epoch in course(lines)] == [1.0] * 4


def test_bars_of_one_epoch_each_need_no_line_between_them():
    answer = explain("\n".join(BAR.format(*row) for row in BY_HEART))
    assert answer["candidates"][0]["cause_id"] == "network-overfits"
