"use strict";
// What pages do besides what they do without a script: suggestions while somebody types, a word before a session ends.
(() => {
  let made = 0;

  // An input of the pattern "combobox with list" (WAI-ARIA): arrows choose, Enter takes, Escape closes.
  function suggest(input, url, isAdding, take) {
    const list = document.createElement("ul");
    list.id = "suggestions-" + ++made;
    list.className = "suggestions";
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", input.labels && input.labels[0] ? input.labels[0].textContent : input.placeholder);
    list.hidden = true;
    input.after(list);
    for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-expanded", "false"], ["aria-controls", list.id]]) input.setAttribute(name, value);
    let at = -1, timer = 0;

    function close() {
      list.hidden = true;
      at = -1;
      input.setAttribute("aria-expanded", "false");
      input.removeAttribute("aria-activedescendant");
    }
    function mark(place) {
      const all = list.children;
      if (all[at]) all[at].setAttribute("aria-selected", "false");
      at = (place + all.length) % all.length;
      all[at].setAttribute("aria-selected", "true");
      all[at].scrollIntoView({block: "nearest"});
      input.setAttribute("aria-activedescendant", all[at].id);
    }
    async function look() {
      const text = input.value.trim();
      if (!text) return close();
      const within = input.form && input.form.elements.area;
      const place = within && within !== input && url !== "/search.json" ? "&area=" + encodeURIComponent(within.value) : "";
      const answer = await fetch(url + "?q=" + encodeURIComponent(text) + place).catch(() => null);
      if (!answer || !answer.ok || input.value.trim() !== text || document.activeElement !== input) return;
      const found = await answer.json();
      close();
      list.replaceChildren(...found.map((one, place) => {
        const item = document.createElement("li");
        item.id = list.id + "-" + place;
        item.setAttribute("role", "option");
        item.setAttribute("aria-selected", "false");
        item.dataset.text = one[0];
        item.append(one[0] + " ");
        const note = document.createElement("span");
        note.className = "note";
        note.textContent = one[1];
        item.append(note);
        item.addEventListener("mousedown", event => { event.preventDefault(); close(); take(one[0]); });
        return item;
      }));
      list.hidden = found.length === 0;
      input.setAttribute("aria-expanded", String(!list.hidden));
    }
    input.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(look, 150); });
    input.addEventListener("blur", close);
    input.addEventListener("keydown", event => {
      if (event.isComposing || list.hidden) return;
      if (event.key === "ArrowDown" || event.key === "ArrowUp") { event.preventDefault(); mark(event.key === "ArrowDown" ? at + 1 : at < 0 ? -1 : at - 1); }
      else if (event.key === "Escape") { event.preventDefault(); close(); }
      else if (event.key === "Enter" && (at >= 0 || isAdding)) { event.preventDefault(); const one = list.children[Math.max(at, 0)].dataset.text; close(); take(one); }
    });
  }

  // Five minutes before a session ends it is said; whatever is typed is kept all the same.
  function warnLater(idle) {
    if (!(idle > 360)) return;
    setTimeout(() => {
      const bar = document.createElement("p"), stay = document.createElement("button");
      bar.className = "notice ending";
      bar.setAttribute("role", "alert");
      bar.textContent = document.body.dataset.ends + " ";
      stay.type = "button";
      stay.textContent = document.body.dataset.stay;
      stay.addEventListener("click", async () => {
        const answer = await fetch("/search.json?q=").catch(() => null);
        if (answer && answer.ok && !answer.redirected) { bar.remove(); warnLater(idle); }
      });
      if (document.body.dataset.stay) bar.append(stay);
      document.body.prepend(bar);
    }, Math.min(idle - 300, 2000000) * 1000);
  }
  warnLater(Number(document.body.dataset.idle));

  // The page in the other language is a fresh one: what was typed into this one would be gone.
  let typed = false;
  document.addEventListener("input", event => { if (event.target.closest("main form[method=post]")) typed = true; });
  const language = document.querySelector("form[action='/language']");
  if (language) language.addEventListener("submit", event => {
    if (typed && !confirm(language.dataset.lose)) event.preventDefault();
  });

  // Work that is under way tells how far it is; when it has ended the page says what came of it. Without events it looks again.
  for (const box of document.querySelectorAll("[data-job]")) {
    const events = new EventSource(box.dataset.job), bar = box.querySelector("progress"), says = box.querySelector("[role=status]");
    events.onmessage = event => {
      const job = JSON.parse(event.data), ended = box.querySelector("[data-ended]");
      if (bar) bar.value = job.permille;
      if (says && job.text && says.textContent !== job.text) says.textContent = job.text;
      if (!job.ended) return;
      events.close();
      // What was typed into a form of the page must not be lost.
      if (typed && ended) ended.hidden = false; else location.reload();
    };
    events.onerror = () => { if (events.readyState === EventSource.CLOSED) setTimeout(() => location.reload(), 10000); };
  }

  for (const input of document.querySelectorAll("input[data-pick]")) {
    suggest(input, input.dataset.pick, false, one => { input.value = one; if (input.id === "find") input.form.submit(); });
  }
  // Lists of codes: what is found is added at the end.
  for (const area of document.querySelectorAll("textarea[data-add]")) {
    const label = document.createElement("label"), input = document.createElement("input");
    label.className = "note";
    label.htmlFor = input.id = area.id + "-add";
    label.textContent = area.dataset.label;
    input.type = "search";
    area.closest(".field").append(label, input);
    // What was looked for and not added would be forgotten without a word.
    area.form.addEventListener("submit", event => {
      if (!input.value.trim()) return;
      event.preventDefault();
      label.textContent = area.dataset.choose;
      label.className = "problem";
      input.setAttribute("aria-invalid", "true");
      input.focus();
    });
    suggest(input, area.dataset.add, true, one => {
      const code = one.split(" ").pop();
      if (!area.value.split(/[\s,，、;；]+/).includes(code)) area.value = (area.value.trim() + "\n" + code).trim();
      input.value = "";
    });
    input.addEventListener("keydown", event => { if (event.key === "Enter") event.preventDefault(); });
  }
})();
