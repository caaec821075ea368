// Rows of a scheme's form: an item of the catalogue fills the row, amounts and the total follow while one types, rows are added in place.
// Without this script the form does the same on the server.
(() => {
  "use strict";
  const form = document.querySelector("[data-scheme-rows]");
  if (!form) return;
  const rows = form.querySelector("[data-rows]");
  const blank = form.querySelector("template[data-blank]");
  const totals = form.querySelector("[data-totals]");
  const most = Number(form.dataset.most);
  const items = new Map();
  for (const option of form.querySelectorAll("datalist option")) items.set(option.value.split(" ")[0].toUpperCase(), option);

  const number = (input) => {
    const text = input.value.replace(/[,，\s]/g, "");
    return text !== "" && Number.isFinite(Number(text)) ? Number(text) : null;
  };
  const shown = (value, digits) => value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
  const part = (row, name) => row.querySelector(`[data-${name}]`);

  // quantity × price in whole fen: both have at most two decimals, so the product of the hundredths is exact
  function fen(quantity, price) {
    return Math.round((Math.round(quantity * 100) * Math.round(price * 100)) / 100);
  }

  function choose(row) {
    const option = items.get(part(row, "item").value.trim().split(/\s+/)[0].toUpperCase());
    const band = part(row, "band");
    band.hidden = !option;
    if (!option) return;
    part(row, "kind").value = option.dataset.kind;
    if (!part(row, "name").value) part(row, "name").value = option.dataset.name;
    if (!part(row, "unit").value) part(row, "unit").value = option.dataset.unit;
    measure(row, option);
  }

  function measure(row, option) {
    const band = part(row, "band");
    const found = option || items.get(part(row, "item").value.trim().split(/\s+/)[0].toUpperCase());
    if (!found) return;
    const price = number(part(row, "price"));
    const low = Number(found.dataset.low.replace(/,/g, ""));
    const high = Number(found.dataset.high.replace(/,/g, ""));
    const outside = price !== null && part(row, "unit").value.trim() === found.dataset.unit && (price < low || price > high);
    band.hidden = false;
    band.textContent = `${totals.dataset.band} ${found.dataset.low}–${found.dataset.high} / ${found.dataset.unit}`;
    band.classList.toggle("warned", outside);
  }

  function calculate(row) {
    const quantity = number(part(row, "quantity"));
    const price = number(part(row, "price"));
    const amount = part(row, "amount");
    amount.readOnly = price !== null;
    if (price !== null && quantity !== null) amount.value = String(fen(quantity, price) / 1000000);
    measure(row);
  }

  function add() {
    let whole = 0;
    for (const row of rows.children) whole += number(part(row, "amount")) || 0;
    const area = Number(form.dataset.area);
    const households = Number(form.dataset.households);
    const words = [`${totals.dataset.words} ${shown(whole, 2)} ${totals.dataset.wan}`];
    const square = area ? (whole * 10000) / area : 0;
    if (area) words.push(`${shown(square, 0)} ${totals.dataset.square}`);
    if (households) words.push(`${shown((whole * 10000) / households, 0)} ${totals.dataset.household}`);
    const outside = whole > 0 && area && (square < Number(form.dataset.low) || square > Number(form.dataset.high));
    if (outside) words.push(totals.dataset.usual);
    totals.hidden = false;
    totals.classList.toggle("warned", Boolean(outside));
    totals.textContent = words.join(" · ");
  }

  rows.addEventListener("input", (event) => {
    const row = event.target.closest("[data-row]");
    if (event.target.matches("[data-item]")) choose(row);
    if (event.target.matches("[data-quantity], [data-price], [data-unit]")) calculate(row);
    add();
  });
  form.querySelector("[data-more]").addEventListener("click", (event) => {
    event.preventDefault();
    const first = rows.children.length;
    while (rows.children.length < Math.min(first + 5, most)) {
      const place = rows.children.length;
      const row = blank.content.firstElementChild.cloneNode(true);
      for (const field of row.querySelectorAll("[name]")) field.name = field.name.replace("__n__", place);
      row.querySelector("[data-number]").textContent = String(place + 1);
      rows.append(row);
    }
    rows.children[first]?.querySelector("[data-item]").focus();
  });
  for (const row of rows.children) {
    if (number(part(row, "price")) !== null) calculate(row);
    else measure(row);
  }
  add();
})();
