"""Looks at a page for those who see it badly or not at all, by axe-core, which comes with the pages' packages."""

from pathlib import Path

AXE = Path("node_modules/axe-core/axe.min.js")
LOOK = """
async (rules) => {
  const only = rules.length ? { runOnly: { type: "rule", values: rules } } : {};
  const found = await axe.run(document, { resultTypes: ["violations"], ...only });
  return found.violations.map(({ id, impact, nodes }) => ({
    id, impact, where: nodes.map((node) => `${node.target.join(" ")} ${node.failureSummary}`),
  }));
}
"""
SERIOUS = {"serious", "critical"}
BY_SIGHT = ["color-contrast"]  # what the light changes; the rest is the same by day and by night


def findings(page, rules=()):
    """What is seriously wrong on the page, in words."""
    if page.evaluate("typeof axe") == "undefined":
        page.evaluate(AXE.read_text())
    found = page.evaluate(LOOK, list(rules))
    return [
        f"{each['id']}: {' '.join(where.split())}"
        for each in found
        if each["impact"] in SERIOUS
        for where in each["where"]
    ]
