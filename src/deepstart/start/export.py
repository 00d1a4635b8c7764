"""A path for other programs: iCalendar (RFC 5545) and Markdown."""

from datetime import UTC, datetime, timedelta

from deepstart.start.plan import Path, Step
from deepstart.words import current_language, text

LINE_BYTES = 75


def folded(line: str) -> str:
    """A content line cut after 75 bytes, between characters, as RFC 5545 section 3.1 asks."""
    out, size = [""], 0
    for letter in line:
        width = len(letter.encode())
        if size + width > LINE_BYTES:
            out.append(" ")
            size = 1
        out[-1] += letter
        size += width
    return "\r\n".join(out)


def escaped(value: str) -> str:
    """A text value as RFC 5545 section 3.3.11 writes it."""
    for sign, written in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        value = value.replace(sign, written)
    return value


def event(step: Step, stamp: str) -> list[str]:
    """One step as an event over whole days; the end of such an event is the day after."""
    language, skill = current_language(), step.skill
    about = [skill.why[language], *(f"{r.title}: {r.address}" for r in step.resources), proof_line(step)]
    return [
        "BEGIN:VEVENT",
        f"UID:{skill.id}@deepstart",
        f"DTSTAMP:{stamp}",
        f"DTSTART;VALUE=DATE:{step.first:%Y%m%d}",
        f"DTEND;VALUE=DATE:{step.last + timedelta(days=1):%Y%m%d}",
        "SUMMARY:" + escaped(text("path.event", name=skill.name[language], hours=f"{skill.hours:g}")),
        "DESCRIPTION:" + escaped("\n".join(about)),
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
    ]


def to_calendar(path: Path, now: datetime | None = None) -> str:
    """The path as an iCalendar file."""
    stamp = f"{now or datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//deepstart//path//EN", "CALSCALE:GREGORIAN"]
    for step in path.steps:
        lines += event(step, stamp)
    lines.append("END:VCALENDAR")
    return "".join(folded(line) + "\r\n" for line in lines)


def proof_parts(step: Step) -> tuple[str, str]:
    """What proves the step, and the command for it: its lesson, or to tick it off while there is none."""
    key = "path.lesson" if step.lesson_there else "path.lesson-later"
    verb = "learn start" if step.lesson_there else "path --passed"
    proof = text("path.proof", proof=step.skill.proof[current_language()])
    return proof + text("path.space") + text(key), f"deepstart {verb} {step.skill.lesson}"


def proof_line(step: Step, mark: str = "") -> str:
    """What proves the step, and the command for it between two marks."""
    sentence, command = proof_parts(step)
    return f"{sentence}{text('show.colon')}{mark}{command}{mark}"


def days_of(step: Step, form: str = "%Y-%m-%d") -> str:
    """From when to when; one day is said once."""
    first, last = step.first.strftime(form), step.last.strftime(form)
    return first if first == last else f"{first} – {last}"


def advice_of(path: Path) -> str:
    """How to check oneself, said once where some step has no lesson; else empty."""
    return "" if all(step.lesson_there for step in path.steps) else text("path.check-yourself")


def names(skills) -> str:
    """Names for a sentence; no comma between them, for some hold commas themselves."""
    return text("path.semicolon").join(s.name[current_language()] for s in skills)


def markdown_step(step: Step) -> list[str]:
    language, skill = current_language(), step.skill
    out = [
        f"### {skill.name[language]}",
        "",
        f"- [ ] {days_of(step)} · {text('path.hours', hours=f'{skill.hours:g}')}",
        f"- {skill.why[language]}",
    ]
    if step.leads_to:
        out.append("- " + text("path.leads-to", names=names(step.leads_to)))
    out += [f"- [{r.title}]({r.address})" + official(r) for r in step.resources]
    return [*out, f"- {proof_line(step, '`')}", ""]


def official(resource) -> str:
    return text("path.official") if resource.official else ""


def to_markdown(path: Path) -> str:
    """The path as a page with boxes to tick."""
    out = [f"# {title(path)}", "", summary(path), ""]
    if advice := advice_of(path):
        out += [advice, ""]
    for step in path.steps:
        out += markdown_step(step)
    if path.done:
        out += [f"## {text('path.known')}", "", names(path.done), ""]
    return "\n".join(out)


def title(path: Path) -> str:
    return text("path.title", goals=[g.name[current_language()] for g in path.goals])


def summary(path: Path) -> str:
    """One sentence: how many steps, hours, until when."""
    if not path.steps:
        return text("path.nothing-left")
    return text(
        "path.summary",
        steps=len(path.steps),
        hours=f"{path.hours:g}",
        per_week=f"{path.hours_per_week:g}",
        end=path.end,
    )
