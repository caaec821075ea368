/* Checks a published ballot file in the page: form, root, signature, counts, result; finds a receipt in it. Nothing is sent anywhere.
   <form data-verify data-file="URL" data-key="base64" data-root="hex"> with an input[name=receipt], a button[data-check],
   an input[type=file][data-copy], a [role=status] and <template data-words> (texts and marks). The format and the algorithm stand in
   docs/verification.md and at the top of verify_result.py, which checks the same without a browser.
   window.ballotFile.check(bytes, key) gives {findings: [{holds: true|false|null, word, values}], ballots}. */
(() => {
  'use strict';
  const COUNT = '(?:0|[1-9][0-9]{0,8})', AREA = '(?:0|[1-9][0-9]{0,9})\\.[0-9]{2}', WORD = '[a-z][a-z_]*', CODE = '[0-9A-Za-z][0-9A-Za-z._-]*';
  const LETTER = '\\u0000-\\u001f\\u007f-\\u009f\\u2028\\u2029', TEXT = `[^ ${LETTER}](?:[^${LETTER}]*[^ ${LETTER}])?`;
  const TIME = '([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})[+-]([0-9]{2}):([0-9]{2})', HASH = '[0-9a-f]{64}';
  const FORMS = {
    round: CODE, revision: COUNT, kind: WORD, matter: WORD, community: CODE, scheme: TEXT, question: TEXT, rule: TEXT, opened: TIME, closed: TIME,
    published: TIME, 'roll-hash': HASH, households: COUNT, area: AREA, heads: COUNT, ballots: COUNT, replaced: COUNT, annulled: COUNT, agree: COUNT,
    against: COUNT, abstain: COUNT, 'agree-heads': COUNT, 'agree-area': AREA, 'took-part-heads': COUNT, 'took-part-area': AREA,
    result: 'passed|not-passed|-', root: HASH, key: '[0-9a-f]{16}', signature: '[A-Za-z0-9+/]{86}==',
  };
  const LEGAL_ONLY = ['matter', 'area', 'heads', 'agree-heads', 'agree-area', 'took-part-heads', 'took-part-area'];
  const OPEN = '([0-9A-Z]{4}(?:-[0-9A-Z]{4}){2}),(?:(counted|annulled),(agree|against|abstain|none)|(replaced),-),(phone|visit|paper)';
  const whole = form => new RegExp(`^(?:${form})$`, 'u');
  const SHARE_RULE = whole('(agree|took-part)\\*100 >= households\\*([1-9][0-9]?|100)');
  const LEGAL_RULE = whole('heads and area: quorum ([1-9])/([1-9]), of those taking part (>=|>) ([1-9])/([1-9])');
  const COLUMNS = 'receipt,status,answer,channel';

  class Malformed extends Error {
    constructor(word, line) { super(word); this.word = word; this.line = line; }
  }

  /* bytes -> {header, ballots, rows, signed}; throws Malformed with the line */
  const read = bytes => {
    let text;
    try { text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes); } catch { throw new Malformed('not-text', 0); }
    const lines = text.split('\n'), legal = lines.length > 4 && lines[4].startsWith('matter: ');
    const demand = (line, holds) => { if (!holds) throw new Malformed('form-bad', line); };
    demand(1, lines[0] === 'renovation-ballots 1');
    demand(lines.length, lines.pop() === '');
    const keys = Object.keys(FORMS).filter(key => legal || !LEGAL_ONLY.includes(key)), header = {};
    keys.forEach((key, place) => {
      const line = lines[place + 1] ?? '';
      demand(place + 2, line.startsWith(key + ': ') && whole(FORMS[key]).test(line.slice(key.length + 2)));
      header[key] = line.slice(key.length + 2);
    });
    demand(keys.length + 2, lines[keys.length + 1] === '');
    demand(keys.length + 3, lines[keys.length + 2] === COLUMNS + (legal ? ',area,head' : ''));
    const rows = lines.slice(keys.length + 3), ballot = whole(legal ? `${OPEN},(?:(${AREA}),(h[0-9]{4,6})|-,-)` : OPEN);
    const ballots = rows.map((row, place) => {
      const found = row.match(ballot);
      demand(keys.length + 4 + place, found && (place === 0 || rows[place - 1].slice(0, 14) < row.slice(0, 14)));
      const [, receipt, status, answer, replaced, channel, area, head] = found;
      return { receipt, status: status ?? replaced, answer: answer ?? '', channel, area: area ?? '', head: head ?? '' };
    });
    return { header, ballots, rows, signed: new TextEncoder().encode(lines.slice(0, keys.length).join('\n')) };
  };

  const hex = bytes => Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('');
  const raw = text => Uint8Array.from(atob(text), letter => letter.charCodeAt(0));
  const sha256 = async (...parts) => {
    const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    parts.reduce((place, part) => { joined.set(part, place); return place + part.length; }, 0);
    return new Uint8Array(await crypto.subtle.digest('SHA-256', joined));
  };
  const LEAF = Uint8Array.of(0), NODE = Uint8Array.of(1);

  /* RFC 6962: pair from the left, carry a lone last node up */
  const rootOf = async rows => {
    const encoder = new TextEncoder();
    let level = await Promise.all(rows.map(row => sha256(LEAF, encoder.encode(row))));
    if (!level.length) return hex(await sha256(LEAF.slice(1)));
    while (level.length > 1) {
      const below = level;
      level = await Promise.all(below.filter((_node, place) => place % 2 === 0)
        .map((left, place) => (2 * place + 1 < below.length ? sha256(NODE, left, below[2 * place + 1]) : left)));
    }
    return hex(level[0]);
  };

  /* true, false, or null when this browser has no Ed25519 */
  const signatureHolds = async (message, signature, key) => {
    const bytes = raw(signature);
    if (btoa(String.fromCharCode(...bytes)) !== signature) return false;
    let imported;
    try { imported = await crypto.subtle.importKey('raw', key, { name: 'Ed25519' }, false, ['verify']); } catch { return null; }
    return crypto.subtle.verify({ name: 'Ed25519' }, imported, bytes, message);
  };

  const hundredths = area => Number(area.replace('.', ''));
  const sum = (list, number) => list.reduce((total, each) => total + number(each), 0);

  /* the counts of the header, made anew; areas in hundredths of m² */
  const recount = (ballots, legal) => {
    const counted = ballots.filter(ballot => ballot.status === 'counted'), agreeing = counted.filter(ballot => ballot.answer === 'agree');
    const made = { ballots: ballots.length, 'took-part': counted.length };
    for (const status of ['replaced', 'annulled']) made[status] = sum(ballots, ballot => Number(ballot.status === status));
    for (const answer of ['agree', 'against', 'abstain']) made[answer] = sum(counted, ballot => Number(ballot.answer === answer));
    if (legal) {
      const heads = new Set(counted.map(ballot => ballot.head));
      made['took-part-heads'] = heads.size;
      counted.filter(ballot => ballot.answer !== 'agree').forEach(ballot => heads.delete(ballot.head));
      made['agree-heads'] = heads.size;
      made['took-part-area'] = sum(counted, ballot => hundredths(ballot.area));
      made['agree-area'] = sum(agreeing, ballot => hundredths(ballot.area));
    }
    return made;
  };

  /* 'passed', 'not-passed' or '-' by the header's own rule; null for a rule that is none */
  const resultOf = (header, made) => {
    if (!('matter' in header)) {
      const rule = header.rule.match(SHARE_RULE), households = Number(header.households);
      if (!rule) return header.rule === '-' ? '-' : null;
      return households > 0 && made[rule[1]] * 100 >= households * Number(rule[2]) ? 'passed' : 'not-passed';
    }
    const rule = header.rule.match(LEGAL_RULE);
    if (!rule) return null;
    const passes = [['heads', Number(header.heads)], ['area', hundredths(header.area)]].every(([measure, all]) => {
      const part = made[`took-part-${measure}`], more = made[`agree-${measure}`] * Number(rule[5]) - part * Number(rule[4]);
      return part > 0 && part * Number(rule[2]) >= all * Number(rule[1]) && (more > 0 || (more === 0 && rule[3] === '>='));
    });
    return passes ? 'passed' : 'not-passed';
  };

  /* a moment in seconds; NaN for a day or an hour that does not exist */
  const moment = text => {
    const [year, month, day, hour, minute, second, offHour, offMinute] = text.match(whole(TIME)).slice(1).map(Number);
    const date = new Date(Date.UTC(year, month - 1, day));
    const exists = year > 99 && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
    if (!exists || hour > 23 || minute > 59 || second > 59 || offHour > 23 || offMinute > 59) return NaN;
    const ahead = (offHour * 60 + offMinute) * (text.charAt(19) === '+' ? 1 : -1);
    return date.getTime() / 1000 + hour * 3600 + (minute - ahead) * 60 + second;
  };

  const check = async (bytes, keyText, pageRoot) => {
    const findings = [], note = (holds, word, values = {}) => findings.push({ holds, word, values });
    let file;
    try { file = read(bytes); } catch (fault) {
      if (!(fault instanceof Malformed)) throw fault;
      note(false, fault.word, { line: fault.line });
      return { findings, ballots: [] };
    }
    const { header, ballots, rows, signed } = file, made = recount(ballots, 'matter' in header);
    note(true, 'form-ok', { count: ballots.length });
    if (globalThis.crypto?.subtle) {
      const same = await rootOf(rows) === header.root, key = raw(keyText);
      note(same, same ? 'root-ok' : 'root-bad');
      const named = hex(await sha256(key)).slice(0, 16) === header.key;
      if (!named) note(false, 'key-bad', { key: header.key });
      const holds = await signatureHolds(signed, header.signature, key);
      note(holds, holds === null ? 'signature-no' : holds ? 'signature-ok' : 'signature-bad');
    } else note(null, 'hashes-no');
    if (pageRoot && pageRoot !== header.root) note(false, 'page-root-bad', { revision: header.revision });
    const opened = moment(header.opened), closed = moment(header.closed), published = moment(header.published);
    if (!(opened < closed && closed <= published)) note(false, 'times-bad');
    const other = Object.keys(made).filter(name => name in header)
      .filter(name => made[name] !== (FORMS[name] === AREA ? hundredths(header[name]) : Number(header[name])));
    if (other.length) note(false, 'counts-bad', { names: other.map(name => `name-${name}`) }); else note(true, 'counts-ok', { agree: made.agree, against: made.against });
    const legal = 'matter' in header, fits = made['took-part'] <= Number(header.households)
      && (!legal || (made['took-part-heads'] <= Number(header.heads) && made['took-part-area'] <= hundredths(header.area)));
    note(fits, fits ? 'roll-ok' : 'roll-bad', { part: made['took-part'], roll: header.households });
    const result = resultOf(header, made);
    note(result === header.result, result === header.result ? 'result-ok' : 'result-bad', { result: `result-${header.result}` });
    return { findings, ballots };
  };
  window.ballotFile = { check };

  /* ---- the page ---- */
  const grouped = text => text.toUpperCase().replace(/[^0-9A-Z]/g, '').replace(/(.{4})(?=.)/g, '$1-');

  document.querySelectorAll('form[data-verify]').forEach(form => {
    const words = form.querySelector('template[data-words]').content, status = form.querySelector('[role=status]');
    const says = (word, values = {}) => {
      const text = words.querySelector(`[data-word="${word}"]`)?.textContent.trim() ?? word;
      return text.replace(/\{(\w+)\}/g, (_hole, name) => values[name] ?? '');
    };
    const marked = (tag, holds, text) => {
      const line = document.createElement(tag), mark = words.querySelector(`[data-mark=${holds === null ? 'near' : holds ? 'pass' : 'fail'}]`);
      line.className = mark.className;
      line.append(...[...mark.childNodes].map(node => node.cloneNode(true)), text);
      return line;
    };
    const list = findings => {
      const lines = document.createElement('ul');
      lines.className = 'checked';
      lines.append(...findings.map(({ holds, word, values }) => {
        const shown = { ...values, result: says(values.result ?? ''), names: (values.names ?? []).map(name => says(name)).join(says('comma')) };
        const item = document.createElement('li');
        item.append(marked('span', holds, says(word, shown)));
        return item;
      }));
      return lines;
    };
    const published = async () => {
      const answer = await fetch(form.dataset.file);
      if (!answer.ok) throw new TypeError(`status ${answer.status}`);
      return new Uint8Array(await answer.arrayBuffer());
    };
    const judged = ({ findings }) => {
      const failed = findings.filter(finding => finding.holds === false).length, open = findings.some(finding => finding.holds === null);
      const head = marked('p', failed ? false : open ? null : true, says(failed ? 'all-bad' : open ? 'all-part' : 'all-ok', { count: failed }));
      return [head, list(findings)];
    };
    const looked = ({ ballots, findings }) => {
      const receipt = grouped(form.elements.receipt.value), mine = ballots.find(ballot => ballot.receipt === receipt);
      if (!mine) return [marked('p', false, says('receipt-missing', { receipt }))];
      const parts = [mine.status, mine.answer, mine.channel].filter(Boolean).map(part => says(`ballot-${part}`)).join(says('comma'));
      return [marked('p', mine.status === 'counted' ? true : null, `${receipt} ${parts}`), ...(findings.some(each => each.holds === false) ? [list(findings)] : [])];
    };
    const work = async (source, show) => {
      status.replaceChildren(says('busy'));
      try {
        status.replaceChildren(...show(await check(await source(), form.dataset.key, form.dataset.root)));
      } catch (fault) {
        if (!(fault instanceof TypeError) && !(fault instanceof DOMException)) throw fault;
        status.replaceChildren(marked('p', false, says('not-loaded')));
      }
    };
    form.querySelectorAll('[data-scripted]').forEach(part => { part.hidden = false; });
    form.querySelector('[data-check]')?.addEventListener('click', () => work(published, judged));
    form.querySelector('[data-copy]')?.addEventListener('change', event => {
      const [copy] = event.target.files;
      if (copy) work(async () => new Uint8Array(await copy.arrayBuffer()), judged);
    });
    form.addEventListener('submit', event => {
      event.preventDefault();
      if (form.elements.receipt.value.trim()) work(published, looked);
    });
  });
})();
