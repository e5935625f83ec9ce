// Marks what is on now and what comes next, by the reader's clock: instants, so the reader's own time zone does not matter.

const EVERY = 30_000; // milliseconds
const NEAR = 24 * 3_600_000; // what comes first is "next" within a day of it, not weeks before

const clock = document.getElementById("clock");
const sessions = [...document.querySelectorAll("[data-starts]")].map((element) => ({
  element,
  starts: Date.parse(element.dataset.starts),
  ends: Date.parse(element.dataset.ends),
}));

function currentAndNext(now) {
  const current = sessions.filter(({ starts, ends }) => starts <= now && now < ends);
  const coming = sessions.filter(({ starts }) => starts > now);
  const soonest = Math.min(...coming.map(({ starts }) => starts));
  const near = soonest - now < NEAR || sessions.some(({ starts }) => starts <= now);
  return { current, next: near ? coming.filter(({ starts }) => starts === soonest) : [] };
}

function mark(chosen, name, word) {
  for (const { element } of sessions) {
    const here = chosen.some((session) => session.element === element);
    element.classList.toggle(name, here);
    if (here) element.querySelector("[data-mark]").textContent = word;
  }
}

function entry(word, { element }) {
  const term = document.createElement("dt");
  term.textContent = word;
  const link = document.createElement("a");
  link.href = `#${element.id}`;
  const title = element.querySelector("[data-title]").cloneNode(true);
  link.append(element.querySelector("time").textContent, " ", ...title.childNodes);
  const description = document.createElement("dd");
  description.append(link);
  return [term, description];
}

function show() {
  const { current, next } = currentAndNext(Date.now());
  const { now: nowWord, next: nextWord } = clock.dataset;
  for (const { element } of sessions) element.querySelector("[data-mark]").textContent = "";
  mark(current, "is-now", nowWord);
  mark(next, "is-next", nextWord);
  clock.replaceChildren(
    ...current.flatMap((session) => entry(nowWord, session)),
    ...next.flatMap((session) => entry(nextWord, session)),
  );
  clock.hidden = current.length + next.length === 0;
}

show();
setInterval(show, EVERY);
