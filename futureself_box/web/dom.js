/**
 * Elements and their parts. The markup lies in index.html, in one template for each element; a part
 * is named by `data-part`, and a missing or mistyped one is a fault of ours, so it throws.
 */

/**
 * A copy of the template of that id.
 * @param {string} id
 * @returns {DocumentFragment}
 */
export function stamp(id) {
  const template = document.getElementById(id);
  if (!(template instanceof HTMLTemplateElement)) throw new TypeError(`no template ${id}`);
  return document.importNode(template.content, true);
}

/**
 * Make these nodes the children, and leave alone those that are in their place: what is moved loses
 * its focus and stops its sound.
 * @param {HTMLElement} parent
 * @param {HTMLElement[]} nodes
 */
export function arrange(parent, nodes) {
  let next = parent.firstElementChild;
  for (const node of nodes) {
    if (node === next) next = next.nextElementSibling;
    else parent.insertBefore(node, next);
  }
  while (next) {
    const gone = next;
    next = next.nextElementSibling;
    gone.remove();
  }
}

/**
 * Bring an element that was asked for into view, and put the focus on it.
 * @param {HTMLElement} element
 */
export function reveal(element) {
  const folded = element.closest("details");
  if (folded) folded.open = true;
  element.tabIndex = -1;
  element.focus({ preventScroll: true });
  element.scrollIntoView({ block: "center" });
}

/**
 * @template {Element} T
 * @param {ParentNode} root
 * @param {string} name
 * @param {{ new (): T }} type
 * @returns {T}
 */
export function part(root, name, type) {
  const found = root.querySelector(`[data-part="${name}"]`);
  if (!(found instanceof type)) throw new TypeError(`no part ${name}`);
  return found;
}
