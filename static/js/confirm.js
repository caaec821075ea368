/* Questions before what cannot be undone.
   <button data-confirm="Delete 3 rows?">Delete</button>  asks, then submits its form (hx-confirm is asked the same way);
   <button data-opens="some-dialog">                       opens a dialog written in the page; [data-close] inside closes it. */
(() => {
  const template = document.getElementById('confirm-template');
  const ask = (question, answer) => {
    const dialog = template.content.firstElementChild.cloneNode(true), yes = dialog.querySelector('[data-yes]');
    dialog.querySelector('[data-question]').textContent = question;
    if (answer.label) yes.textContent = answer.label;
    yes.addEventListener('click', () => { dialog.close(); answer.yes(); });
    dialog.addEventListener('close', () => dialog.remove());
    document.body.append(dialog);
    dialog.showModal();
  };
  document.addEventListener('click', event => {
    const opener = event.target.closest('[data-opens]');
    if (opener) document.getElementById(opener.dataset.opens)?.showModal();
    if (event.target.closest('[data-close]')) event.target.closest('dialog')?.close();
    const button = event.target.closest('button[data-confirm]');
    if (!button || button.dataset.confirmed || !template) return;
    event.preventDefault();
    ask(button.dataset.confirm, {
      label: button.dataset.yes || button.textContent.trim(),
      yes: () => { button.dataset.confirmed = '1'; button.click(); delete button.dataset.confirmed; },
    });
  });
  document.addEventListener('htmx:confirm', event => {
    if (!event.detail.question || !template) return;
    event.preventDefault();
    ask(event.detail.question, { label: event.detail.elt.dataset.yes, yes: () => event.detail.issueRequest(true) });
  });
})();
