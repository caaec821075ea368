/* <select data-autosubmit> and date fields send their form when changed; without script a button in <noscript> does it. */
document.addEventListener('change', event => {
  if (event.target.matches('[data-autosubmit]') && event.target.checkValidity()) event.target.form.requestSubmit();
});
