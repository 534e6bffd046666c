// Pausing and resuming, by a person.

import { h, put } from "./dom.js";
import { ask } from "./live.js";

const lengths = [["1m", "1 minute"], ["5m", "5 minutes"], ["15m", "15 minutes"], ["1h", "1 hour"], ["8h", "8 hours"]];

// makeOrders gives the two orders. said(text) tells what came of one; done() is called when something changed.
export function makeOrders(dialog, said, done) {
  const send = async (target, verb, order) => {
    await ask(`/api/targets/${encodeURIComponent(target.name)}/${verb}`, order);
    said(order.key ? `${target.name} is sent the key ${order.key} again` : `${target.name} ${order.model} ${verb === "pause" ? "is paused" : "resumes: the next request goes first"}`);
    done();
  };
  const resume = (target, model) => send(target, "resume", { model }).catch((error) => said(`Resuming ${target.name} failed: ${error.message}`));
  const useAgain = (target, key) => send(target, "resume", { key }).catch((error) => said(`Using ${key} of ${target.name} again failed: ${error.message}`));
  return { resume, useAgain, pause: (target, model) => open(dialog, target, model, (order) => send(target, "pause", order)) };
}

function open(dialog, target, model, send) {
  const draw = (problem) => put(dialog, form(dialog, target, model, send, problem, draw));
  put(dialog);
  draw("");
  dialog.showModal();
}

function form(dialog, target, model, send, problem, draw) {
  const submit = async (event) => {
    event.preventDefault();
    const form = event.currentTarget;
    const order = { model: form.elements.model.value, for: form.elements.for.value, because: form.elements.because.value.trim() };
    try {
      await send(order);
      dialog.close();
    } catch (error) {
      draw(error.message);
    }
  };
  const models = target.gates.filter((g) => !g.whole && g.model).map((g) => g.model);
  return h("form", { onsubmit: submit },
    h("h2", { id: "order-title" }, `Pause ${target.name}`),
    h("p", { class: "quiet" }, "Requests under way go on. New ones wait in line or go elsewhere, as their policy decides. When the pause ends, one request goes first."),
    field("What", h("select", { name: "model" }, h("option", { value: "", selected: model === "" }, "the whole target"),
      models.map((m) => h("option", { value: m, selected: m === model }, m)))),
    field("For", h("select", { name: "for" }, lengths.map(([value, name]) => h("option", { value, selected: value === "5m" }, name)))),
    field("Because", h("input", { name: "because", maxlength: 200, placeholder: "what others should know", autocomplete: "off" })),
    h("p", { class: "problem", role: "alert" }, problem),
    h("div", { class: "buttons" }, h("button", { type: "button", onclick: () => dialog.close() }, "Cancel"), h("button", { class: "strong" }, "Pause")));
}

const field = (name, control) => h("label", null, h("span", null, name), control);
