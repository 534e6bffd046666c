// Descriptions of elements, put into the document. What is a string becomes a text node, whatever it says.

const svgTags = new Set(["svg", "g", "path", "line", "rect"]);
const made = new WeakMap(); // node → the description it was last given

// h describes an element. Children are descriptions, strings, numbers, lists of these, or nothing.
// props: key tells siblings apart; on… are listeners; style is a map; all others are attributes, of which false and
// null are absent and true is empty.
export function h(tag, props, ...children) {
  return { tag, props: props ?? {}, children: children.flat(Infinity).filter((c) => c !== null && c !== undefined && c !== false) };
}

// put makes the children of parent what is described. Nodes that stay keep their focus, selection and scroll position.
export function put(parent, ...described) {
  const wanted = h("", null, described).children;
  const keyed = new Map();
  for (const node of parent.childNodes) {
    const key = made.get(node)?.props.key;
    if (key !== undefined) keyed.set(key, node);
  }
  let at = parent.firstChild;
  for (const want of wanted) {
    const node = find(want, at, keyed) ?? make(want);
    if (node === at) at = at.nextSibling;
    else parent.insertBefore(node, at);
    fill(node, want);
  }
  while (at) {
    const next = at.nextSibling;
    at.remove();
    at = next;
  }
}

const isText = (want) => typeof want !== "object";

// find is the node that can become what is wanted, if there is one.
function find(want, at, keyed) {
  if (isText(want)) return at?.nodeType === Node.TEXT_NODE ? at : null;
  const node = want.props.key === undefined ? at : keyed.get(want.props.key);
  const was = node && made.get(node);
  return was && was.tag === want.tag && was.props.key === want.props.key ? node : null;
}

function make(want) {
  if (isText(want)) return document.createTextNode("");
  return svgTags.has(want.tag) ? document.createElementNS("http://www.w3.org/2000/svg", want.tag) : document.createElement(want.tag);
}

function fill(node, want) {
  if (isText(want)) {
    if (node.data !== String(want)) node.data = String(want);
    return;
  }
  const was = made.get(node)?.props ?? {};
  made.set(node, want);
  for (const name of new Set([...Object.keys(was), ...Object.keys(want.props)])) set(node, name, want.props[name], was[name]);
  put(node, want.children);
}

function set(node, name, value, was) {
  if (name === "key" || value === was) return;
  if (name.startsWith("on")) node[name] = value ?? null;
  else if (name === "style") for (const [property, v] of Object.entries(value ?? {})) node.style.setProperty(property, v);
  else if (value === undefined || value === null || value === false) node.removeAttribute(name);
  else node.setAttribute(name, value === true ? "" : value);
}
