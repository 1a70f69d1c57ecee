// The upload of a video with its progress. Everything else on these pages works without script.
(function () {
	'use strict';

	// In slices, so that a line that breaks costs at most one; the same file chosen again goes on where it stopped, also after a restart of the browser.
	function upload(form) {
		var SLICE = 4194304, LONGEST = 30;
		var file = document.getElementById('file');
		var told = document.getElementById('told');
		var sent = document.getElementById('sent');
		var stop = document.getElementById('stop');
		var button = form.querySelector('button[type=submit]');
		var chosen = null, key = '', id = '', request = null, timer = 0, failures = 0, percent = 0;

		function tell(name, isProblem) {
			told.textContent = (form.getAttribute('data-' + name) || name).replace('{percent}', percent);
			told.className = isProblem ? 'problem' : '';
		}

		function busy(isBusy) {
			sent.hidden = !isBusy;
			stop.hidden = !isBusy;
			button.disabled = isBusy;
			file.disabled = isBusy;
			window[isBusy ? 'addEventListener' : 'removeEventListener']('beforeunload', warn);
		}

		function warn(event) {
			event.preventDefault();
			event.returnValue = '';
		}

		function end(sentence, isProblem) {
			clearTimeout(timer);
			chosen = request = null;
			busy(false);
			tell(sentence, isProblem);
		}

		function remember(value) {
			id = value;
			try { if (value) { localStorage.setItem(key, value); } else { localStorage.removeItem(key); } } catch (error) { return; }
		}

		function show(bytes) {
			percent = Math.floor(bytes * 100 / chosen.size);
			sent.value = percent;
			tell(percent < 100 ? 'sending' : 'storing', false);
		}

		// `done` gets the status (0 for none) and what the answer says.
		function ask(method, address, headers, body, done) {
			var exchange = request = new XMLHttpRequest();
			exchange.open(method, address);
			headers['X-CSRF'] = form.getAttribute('data-csrf');
			Object.keys(headers).forEach(function (name) { exchange.setRequestHeader(name, headers[name]); });
			exchange.addEventListener('loadend', function () {
				var answer = null;
				if (request !== exchange) { return; }
				try { answer = JSON.parse(exchange.responseText); } catch (error) { answer = null; }
				done(exchange.status, answer || {});
			});
			if (body) {
				exchange.upload.addEventListener('progress', function (event) {
					if (request === exchange) { show(Number(headers['X-Upload-Offset']) + Math.min(event.loaded, body.size)); }
				});
			}
			exchange.send(body);
		}

		function take(status, answer) {
			var isKnown = answer.id && typeof answer.offset === 'number';
			if (answer.url) {
				remember('');
				window.removeEventListener('beforeunload', warn);
				window.location.href = answer.url;
			} else if ((status === 200 || status === 201) && isKnown) {
				failures = 0;
				remember(answer.id);
				send(answer.offset);
			} else if (/:job\./.test(answer.type || '')) {
				// No room among what waits for its encoding: what was sent stays for another try.
				end(answer.title, true);
			} else if (status === 0 || status === 400 || status === 404 || status === 409 || status >= 500 && status !== 507) {
				if (status === 404) { remember(''); }
				failures += 1;
				tell('waiting', true);
				timer = setTimeout(id ? look : open, failures === 1 ? 0 : 1000 * Math.min(LONGEST, Math.pow(2, failures)));
			} else {
				if (status === 422) { remember(''); }
				end(answer.title || 'lost', true);
			}
		}

		function open() {
			ask('POST', form.action, { 'X-Upload-Length': String(chosen.size), 'X-Upload-Name': encodeURIComponent(chosen.name) }, null, take);
		}

		function look() { ask('GET', form.action + '/' + id, {}, null, take); }

		function send(offset) {
			show(offset);
			ask('PATCH', form.action + '/' + id, { 'X-Upload-Offset': String(offset), 'Content-Type': 'application/octet-stream' }, chosen.slice(offset, offset + SLICE), take);
		}

		form.hidden = false;
		stop.addEventListener('click', function () {
			var last = request;
			end('stopped', false);
			if (last) { last.abort(); }
		});
		form.addEventListener('submit', function (event) {
			event.preventDefault();
			if (chosen) { return; }
			if (!file.files[0]) { tell('choose', true); return; }
			if (file.files[0].size === 0) { tell('empty', true); return; }
			chosen = file.files[0];
			key = ['yuanjiao-upload', chosen.name, chosen.size, chosen.lastModified].join('/');
			try { id = localStorage.getItem(key) || ''; } catch (error) { id = ''; }
			failures = percent = 0;
			busy(true);
			tell('sending', false);
			if (id) { look(); } else { open(); }
		});
	}

	var form = document.getElementById('upload');
	if (form) { upload(form); }
}());
