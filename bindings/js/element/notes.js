// The sentences beside the fields: where they stand, and what they tell assistive technology.

export class Notes {
  /** The note of each control, by the first control of a field. */
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
    this.#notes = new Map();
    const places = [...root.querySelectorAll('sts-reason[path]')];
    for (const field of fields) {
      const own = reasons.filter((reason) => reason.field === field);
      if (!own.length) continue;
      const { controls } = field;
      const note = this.#place(field, fields, places) ?? before.get(controls[0])?.note ?? added(controls);
      before.delete(controls[0]);
      this.#notes.set(controls[0], { note, controls });
      note.show(own, words, theme);
      const wrong = own.some(({ severity }) => severity === 'error');
      for (const control of controls) this.#describe(control, note.id, wrong);
    }
    for (const [, old] of before) this.#remove(old);
    // Reasons about a whole list or part, where the host has made a place for them.
    for (const place of places) {
      const path = place.getAttribute('path');
      if (fields.some((field) => field.path === path)) continue;
      const at = `/${path.replace(/[.[\]]+/g, '/').replace(/\/$/, '')}`;
      place.show(reasons.filter((reason) => reason.path === at && !reason.field), words, theme);
    }
  }

  clear() {
    for (const note of this.#notes.values()) this.#remove(note);
    this.#notes.clear();
  }

  /** The `<sts-reason path>` of the host: of many with one path the nth stands for the nth field. */
  #place(field, fields, places) {
    const nth = fields.filter(({ path }) => path === field.path).indexOf(field);
    return places.filter((place) => place.getAttribute('path') === field.path)[nth];
  }

  #remove({ note, controls }) {
    for (const control of controls) this.#describe(control, note.id, null);
    if (note.hasAttribute('path')) note.clear();
    else note.remove();
  }

  /** Says of a control which sentences describe it; `wrong` is `null` when none do any more. */
  #describe(control, id, wrong) {
    const ids = (control.getAttribute('aria-describedby') ?? '').split(/\s+/).filter(Boolean);
    const others = ids.filter((other) => other !== id);
    if (wrong !== null) others.push(id);
    if (others.length) control.setAttribute('aria-describedby', others.join(' '));
    else control.removeAttribute('aria-describedby');
    if (wrong) {
      control.setAttribute('aria-invalid', 'true');
      this.#wrong.add(control);
    } else if (this.#wrong.delete(control)) {
      control.removeAttribute('aria-invalid');
    }
  }
}

/** A new note after the field, outside its label, whose words it is not. */
function added(controls) {
  const note = document.createElement('sts-reason');
  const last = controls.at(-1);
  (last.closest('label') ?? last).after(note);
  return note;
}
