"""What a comparison found, in the window's own words: from the figures of the gate, never from its sentence where these are there."""

from __future__ import annotations

from PySide6.QtCore import QObject

from app.ui import sentences


class Outcome(QObject):
    """Sentences on two versions by their numbers; `result` is what core_models/evaluation/gate.py said."""

    def sentence(self, new: int, old: int, result: dict) -> str:
        """How many each finds, the false alarms, and what follows from it; "" where there is nothing to tell."""
        if "reason" not in result:
            return sentences.shown(str(result.get("sentence", "")))
        if not (result["regions"] or result["clean_images"]):
            return self.tr("Version {new} is ready. There is no check image yet to compare it with version {old} on.").format(new=new, old=old)
        return sentences.joined((self._counts(new, old, result), self._follows(new, result)))

    def _counts(self, new: int, old: int, result: dict) -> str:
        said = {"new": new, "old": old, "found": result["found"], "regions": result["regions"], "before": result["found_before"]}
        if not result["clean_images"]:
            return self.tr("Version {new} finds {found} of {regions} (version {old}: {before}).").format(**said)
        said["alarms"] = self.tr("%n false alarm(s)", "", result["false_alarms"])
        said["clean"] = self.tr("%n clean image(s)", "", result["clean_images"])
        text = self.tr("Version {new} finds {found} of {regions} (version {old}: {before}), {alarms} on {clean} ({alarms_before}).")
        return text.format(alarms_before=result["false_alarms_before"], **said)

    def _follows(self, new: int, result: dict) -> str:
        return {
            "better": self.tr("Version {new} is better."),
            "falls": self.tr("It is worse at {classes}."),
            "chance": self.tr("The difference may be chance."),
            "alarms": self.tr("It raises more false alarms."),
            "few": self.tr("These are too few to say which is better."),
        }[result["reason"]].format(new=new, classes=", ".join(result.get("fallen", ())))

    def wanted(self, result: dict, class_names: list[str]) -> list[tuple[str | None, int, str]]:
        """What would help to say more: (class, or None for defect-free images; how many; words for a button), what is missing most first."""
        if "reason" not in result:
            return []
        wanted = [(name, n, self.tr("Mark %n more check image(s) of {name}", "", n).format(name=name)) for name, n in result["wanted"].items()]
        wanted.sort(key=lambda one: -one[1])
        if n := result["wanted_clean"]:
            wanted.append((None, n, self.tr("Mark %n more defect-free check image(s)", "", n)))
        if not wanted and result["reason"] == "few":
            wanted = [(name, 6, self.tr("Mark %n check image(s) of {name}", "", 6).format(name=name)) for name in class_names]
        return wanted
