"""Check `jax-plugin-fits`."""

from deepstart.machine.checks import (
    check,
    fault,
    fine,
    install,
    pinned,
    seen,
)
from deepstart.machine.facts import Facts, version
from deepstart.machine.reading import installed


@check("jax-plugin-fits", layer="packages", needs=("packages.installed",))
def jax_plugin_fits(facts: Facts):
    """jaxlib and JAX's CUDA plugins are released together and must have one version."""
    packages = installed(facts)
    jaxlib = packages.get("jaxlib")
    parts = {
        n: v for n, v in packages.items() if n.startswith("jax-cuda") and n.endswith(("-plugin", "-pjrt"))
    }
    odd = {n: v for n, v in parts.items() if jaxlib and version(v)[:3] != version(jaxlib)[:3]}
    if odd:
        shown = (
            seen("installed", ["%s %s" % item for item in sorted(odd.items())]),
            seen("required", "== %s" % jaxlib),
        )
        remedy = install(facts, *("%s==%s" % (n, jaxlib) for n in sorted(odd)), back=pinned(facts, *odd))
        return fault("jax-plugin-version-mismatch", *shown, remedies=(remedy,))
    return fine()
