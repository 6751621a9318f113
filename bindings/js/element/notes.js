// The sentences beside the fields: where they stand, and what they tell assistive technology.

/** How the ids of sentences begin that the host has not named. */
export const OURS = "sts-reason-";

export class Notes {
  /** The note of each field that has one, and its controls, by the first of them. */
  #notes = new Map();
  /** Controls that count as wrong by our word, not by the host's. */
  #wrong = new WeakSet();

  /** Whether something is said about a control. */
  about(control) {
    return [...this.#notes.values()].some(({ controls }) => controls.includes(control));
  }

  /** Puts these reasons beside their fields, and takes away what no longer holds. */
  show(root, fields, reasons, words, theme) {
    const before = this.#notes;
    const places = [...root.querySelectorAll("sts-reason[path]")];
    const told = new Set();
    this.#notes = new Map();
    for (const field of fields) {
      const { controls } = field;
      const own = reasons.filter((reason) => reason.field === field);
      const place = placeOf(field, fields, places);
      place?.show(own, words, theme);
      told.add(place);
      if (own.length === 0) {
        for (const control of controls) this.#describe(control, null, false);
        continue;
      }
      const note = place ?? before.get(controls[0])?.note ?? added(controls);
      if (note !== place) note.show(own, words, theme);
      told.add(note);
      this.#notes.set(controls[0], { note, controls });
      const wrong = own.some(({ severity }) => severity === "error");
      for (const control of controls) this.#describe(control, note.id, wrong);
    }
    // Reasons about a whole list or part, where the host has made a place for them.
    for (const place of places.filter((place) => !told.has(place))) {
      const at = `/${place
        .getAttribute("path")
        .replace(/[.[\]]+/g, "/")
        .replace(/\/$/, "")}`;
      place.show(
        reasons.filter((reason) => reason.path === at && !reason.field),
        words,
        theme,
      );
      told.add(place);
    }
    // Also those in a row that a host has copied with all that was in it.
    const old = [...before.values()].map(({ note }) => note);
    for (const note of [...old, ...root.querySelectorAll("sts-reason")]) {
      if (!told.has(note)) drop(note);
    }
  }

  clear() {
    for (const { note, controls } of this.#notes.values()) {
      for (const control of controls) this.#describe(control, null, false);
      drop(note);
    }
    this.#notes.clear();
  }

  /** Says of a control which sentence describes it, and whether it is wrong. */
  #describe(control, id, wrong) {
    const ids = (control.getAttribute("aria-describedby") ?? "").split(/\s+/).filter(Boolean);
    const others = ids.filter((other) => other !== id && !other.startsWith(OURS));
    const copied = !id && others.length < ids.length;
    if (id) others.push(id);
    if (others.length) control.setAttribute("aria-describedby", others.join(" "));
    else control.removeAttribute("aria-describedby");
    if (wrong) {
      control.setAttribute("aria-invalid", "true");
      this.#wrong.add(control);
    } else if (this.#wrong.delete(control) || copied) {
      control.removeAttribute("aria-invalid");
    }
  }
}

/** The `<sts-reason path>` of the host: of many with one path the nth stands for the nth field. */
function placeOf(field, fields, places) {
  if (places.length === 0) return undefined;
  const nth = fields.filter(({ path }) => path === field.path).indexOf(field);
  return places.filter((place) => place.getAttribute("path") === field.path)[nth];
}

/** A new note after the field, outside its label, whose words it is not. */
function added(controls) {
  const note = document.createElement("sts-reason");
  const last = controls.at(-1);
  (last.closest("label") ?? last).after(note);
  return note;
}

function drop(note) {
  if (note.hasAttribute("path")) note.clear();
  else note.remove();
}
