// The upload of a video with its progress, and the progress of an encoding. Everything else on these pages works without script.
(function () {
	'use strict';

	function upload(form) {
		var file = document.getElementById('file');
		var told = document.getElementById('told');
		var sent = document.getElementById('sent');
		var stop = document.getElementById('stop');
		var button = form.querySelector('button[type=submit]');
		var request = null;

		function tell(sentence, isProblem) {
			told.textContent = sentence;
			told.className = isProblem ? 'problem' : '';
		}

		function busy(isBusy) {
			sent.hidden = !isBusy;
			stop.hidden = !isBusy;
			button.disabled = isBusy;
			file.disabled = isBusy;
		}

		function ended() {
			var answer = null;
			try { answer = JSON.parse(request.responseText); } catch (error) { answer = null; }
			if (request.status === 201 && answer && answer.url) {
				window.removeEventListener('beforeunload', warn);
				window.location.href = answer.url;
				return;
			}
			end((answer && answer.title) || form.getAttribute('data-lost'));
		}

		function end(sentence) {
			request = null;
			window.removeEventListener('beforeunload', warn);
			busy(false);
			tell(sentence, true);
		}

		function warn(event) {
			event.preventDefault();
			event.returnValue = '';
		}

		form.hidden = false;
		stop.addEventListener('click', function () { if (request) { request.abort(); } });
		form.addEventListener('submit', function (event) {
			event.preventDefault();
			var chosen = file.files[0];
			if (request) { return; }
			if (!chosen) { tell(form.getAttribute('data-choose'), true); return; }
			if (chosen.size === 0) { tell(form.getAttribute('data-empty'), true); return; }
			request = new XMLHttpRequest();
			request.open('POST', form.action);
			request.setRequestHeader('X-CSRF', form.getAttribute('data-csrf'));
			request.setRequestHeader('X-Upload-Name', encodeURIComponent(chosen.name));
			request.setRequestHeader('Content-Type', 'application/octet-stream');
			request.upload.addEventListener('progress', function (event) {
				if (!event.lengthComputable) { return; }
				var percent = Math.floor(event.loaded * 100 / event.total);
				sent.value = percent;
				tell(percent < 100 ? form.getAttribute('data-sending').replace('{percent}', percent) : form.getAttribute('data-storing'), false);
			});
			request.addEventListener('load', ended);
			request.addEventListener('error', function () { end(form.getAttribute('data-lost')); });
			request.addEventListener('abort', function () { end(form.getAttribute('data-lost')); });
			window.addEventListener('beforeunload', warn);
			busy(true);
			tell(form.getAttribute('data-sending').replace('{percent}', 0), false);
			request.send(chosen);
		});
	}

	function watch(box) {
		var text = document.getElementById('encoding-text');
		var bar = document.getElementById('encoding-progress');
		var fields = document.getElementById('fields');
		var isTouched = false;
		if (fields) { fields.addEventListener('input', function () { isTouched = true; }); }

		function look() {
			fetch(box.getAttribute('data-url'), { credentials: 'same-origin' }).then(function (answer) {
				if (!answer.ok) { throw new Error(String(answer.status)); }
				return answer.json();
			}).then(function (progress) {
				if (!progress.running) {
					// What was typed into the form must not be lost.
					if (isTouched) { document.getElementById('encoding-ended').hidden = false; } else { window.location.reload(); }
					return;
				}
				text.textContent = progress.text;
				bar.value = progress.percent;
				window.setTimeout(look, 1500);
			}).catch(function () { window.setTimeout(look, 5000); });
		}

		window.setTimeout(look, 1500);
	}

	var form = document.getElementById('upload');
	var box = document.getElementById('encoding');
	if (form) { upload(form); }
	if (box) { watch(box); }
}());
