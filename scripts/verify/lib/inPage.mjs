// What runs inside the page. Each function is sent to the browser as text, so that it can refer to
// nothing outside itself.

/** Opens what is folded, so that it is looked at too. */
export function unfold() {
  for (const details of document.querySelectorAll('details')) details.open = true;
}

/** Elements that stick out of the screen, unless something around them scrolls or cuts them off. */
export function tooWide() {
  const limit = document.documentElement.clientWidth + 1;
  const cut = (element) => getComputedStyle(element).overflowX !== 'visible';
  const inside = (element) => {
    for (let at = element.parentElement; at && at !== document.body; at = at.parentElement)
      if (cut(at) && at.getBoundingClientRect().right <= limit) return true;
    return false;
  };
  const wide = [...document.body.querySelectorAll('*')].filter((element) => {
    const { right, width, height } = element.getBoundingClientRect();
    return width > 1 && height > 1 && right > limit && element.checkVisibility() && !inside(element);
  });
  const page = document.documentElement.scrollWidth > limit ? ['the page scrolls sideways'] : [];
  const named = wide.map((element) => {
    const text = (element.textContent ?? '').trim().slice(0, 40);
    return `<${element.localName} class="${element.getAttribute('class') ?? ''}"> “${text}” ends at ${element.getBoundingClientRect().right.toFixed(0)} px`;
  });
  return [...page, ...named.slice(0, 5)];
}

/** Texts of drawings that come out smaller than `least` CSS pixels. */
export function tooSmall(least) {
  const small = [...document.querySelectorAll('svg text')].filter((text) => {
    if (!text.checkVisibility() || text.textContent.trim() === '') return false;
    const scale = Math.hypot(text.getScreenCTM().a, text.getScreenCTM().b);
    return Number.parseFloat(getComputedStyle(text).fontSize) * scale < least - 0.05;
  });
  return small.slice(0, 5).map((text) => `“${text.textContent.trim()}” is smaller than ${least} px`);
}

/** Headings that one sees. */
export function headings() {
  return [...document.querySelectorAll('h1, h2, h3')]
    .filter((heading) => heading.checkVisibility())
    .map((heading) => heading.textContent.trim());
}

/** Numbers everything that a keyboard must reach, and keeps how it looks without the focus. */
export function markInteractive() {
  const watched = 'a[href], button, summary, input, select, textarea, [tabindex]:not([tabindex="-1"])';
  const own = (element) => {
    const s = getComputedStyle(element);
    const isOutlined = s.outlineStyle !== 'none' && s.outlineWidth !== '0px';
    const lines = isOutlined ? `${s.outlineWidth} ${s.outlineColor}` : 'none';
    const rest = [
      s.boxShadow,
      s.borderColor,
      s.backgroundColor,
      s.textDecorationLine,
      s.stroke,
      s.strokeWidth,
    ];
    return [lines, ...rest, s.opacity].join('|');
  };
  // Marks of drawings show the focus on what is inside them.
  const looks = (element) => [element, ...element.querySelectorAll('*')].slice(0, 30).map(own).join('\n');
  const all = [...document.querySelectorAll(watched)].filter(
    (element) =>
      !element.disabled &&
      element.checkVisibility({ visibilityProperty: true }) &&
      !element.closest('[inert]'),
  );
  // Of a group of radio buttons, the keyboard reaches the chosen one; arrows choose another.
  const reached = all.filter(
    (element) =>
      element.type !== 'radio' ||
      element.checked ||
      !document.querySelector(`input[name="${element.name}"]:checked`),
  );
  globalThis.steepestLooks = looks;
  globalThis.steepestMarked = reached.map((element) => ({
    element,
    before: looks(element),
    reached: false,
    seen: false,
  }));
  return reached.length;
}

/** Notes which marked element has the focus now, and whether one sees that. @returns false outside */
export function noteFocus() {
  const marked = globalThis.steepestMarked.find(({ element }) => element === document.activeElement);
  if (marked === undefined) return document.activeElement !== document.body;
  if (marked.reached) return false;
  marked.reached = true;
  marked.seen = globalThis.steepestLooks(marked.element) !== marked.before;
  return true;
}

export function focusProblems() {
  const name = ({ element }) => `<${element.localName}> “${(element.textContent ?? '').trim().slice(0, 40)}”`;
  const missed = globalThis.steepestMarked.filter(({ reached }) => !reached);
  const unseen = globalThis.steepestMarked.filter(({ reached, seen }) => reached && !seen);
  return [
    ...missed.slice(0, 5).map((one) => `the keyboard does not reach ${name(one)}`),
    ...unseen.slice(0, 5).map((one) => `one does not see the focus on ${name(one)}`),
  ];
}

/** The violations that axe finds. */
export async function violations(tags) {
  const { violations: found } = await globalThis.axe.run(document, {
    runOnly: { type: 'tag', values: tags },
    resultTypes: ['violations'],
  });
  return found.map(({ id, help, nodes }) => {
    const [{ target, failureSummary }] = nodes;
    return `${id}, ${nodes.length} ×: ${help}; first ${target.join(' ')}: ${failureSummary.replaceAll(/\s+/g, ' ')}`;
  });
}
