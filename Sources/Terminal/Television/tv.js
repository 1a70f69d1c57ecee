// A terminal's television page: ES5 and five keys, for boxes of ten years ago.
(function () {
	'use strict';

	var words = {
		zh: {
			sample: '示例数据', minutes: '{0} 分钟', page: '第 {0}/{1} 页', previous: '上一页', next: '下一页',
			play: '播放', back: '返回', speaker: '主讲：{0}', unit: '单位：{0}', length: '时长：{0}',
			opening: '正在打开……', loading: '正在读取，请稍候……', paused: '已暂停，按确定键继续', volume: '音量 {0}%',
			hint: '确定键 暂停 · ←→ 快退快进 · ↑↓ 音量', preparing: '正在准备，请稍候……',
			clock: '本机时钟{0} {1} {2}，请校正；记录已按中心时间', off: '快 慢 天 小时 分钟',
			empty: '还没有课件，正在等待传送', stopped: '上级已通知停播', broken: '这一课暂时不能播放，请选择其他课件', finished: '播放完毕',
			date: '{0}{1}日 {2}', months: '1月 2月 3月 4月 5月 6月 7月 8月 9月 10月 11月 12月',
			days: '星期日 星期一 星期二 星期三 星期四 星期五 星期六'
		},
		en: {
			sample: 'Sample data', minutes: '{0} min', page: '{0} / {1}', previous: 'Previous page', next: 'Next page',
			play: 'Play', back: 'Back', speaker: 'Speaker: {0}', unit: 'Unit: {0}', length: 'Length: {0}',
			opening: 'Opening…', loading: 'Loading, one moment…', paused: 'Paused. Press OK to go on', volume: 'Volume {0}%',
			hint: 'OK pause · ←→ seek · ↑↓ volume', preparing: 'Getting ready, one moment…',
			clock: 'Clock {1} {2} {0}; please set it. Records use true time', off: 'fast slow d h min',
			empty: 'No lessons yet; they will come', stopped: 'Stopped by the network', broken: 'This lesson cannot play now. Please choose another', finished: 'Finished',
			date: '{2} {1} {0}', months: 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec',
			days: 'Sun Mon Tue Wed Thu Fri Sat'
		}
	};

	var asked = /[?&]lang=(\w*)/.exec(location.search), english = /^en/i.test(asked ? asked[1] : navigator.language || '');
	var say = english ? words.en : words.zh;
	var PAGE = 8, BEAT = 5000, REFRESH = 60000, PATIENCE = 20000;

	function $(id) { return document.getElementById(id); }

	function all(selector) { return document.querySelectorAll(selector); }

	function text(id, value) { $(id).textContent = value; }

	function fill(pattern) {
		var values = arguments;
		return pattern.replace(/\{(\d)\}/g, function (_, index) { return values[+index + 1]; });
	}

	function mark(target, name, wanted) {
		target.className = target.className.split(' ').filter(function (other) { return other !== name; }).concat(wanted ? name : []).join(' ');
	}

	// Hears what does not bubble.
	function on(target, names, action) {
		names.split(' ').forEach(function (name) { target.addEventListener(name, action, true); });
	}

	function clamp(value, most) { return Math.max(0, Math.min(most, value)); }

	function two(number) { return (number < 10 ? '0' : '') + number; }

	function span(seconds) {
		var minutes = Math.floor(seconds / 60), hours = Math.floor(minutes / 60);
		return (hours ? hours + ':' + two(minutes % 60) : minutes) + ':' + two(Math.floor(seconds % 60));
	}

	function minutes(item) { return fill(say.minutes, Math.max(1, Math.round(item.duration_ms / 60000))); }

	// `done` gets the text of a good answer, else null; once.
	function request(method, address, body, done) {
		var exchange = new XMLHttpRequest(), timer = setTimeout(function () {
			exchange.abort();
			finish(null);
		}, 15000);
		function finish(answer) {
			if (!timer) { return; }
			clearTimeout(timer);
			timer = 0;
			done(answer);
		}
		exchange.open(method, address, true);
		exchange.onreadystatechange = function () {
			if (exchange.readyState === 4) { finish(exchange.status === 200 ? exchange.responseText : null); }
		};
		if (body) { exchange.setRequestHeader('Content-Type', 'application/json'); }
		exchange.send(body);
	}

	// The terminal's clock counts: a box may start in 1970 and step, so `mono` carries time.

	var zone = -new Date().getTimezoneOffset() * 60000, zero = Date.now() - mono(), lastDate = Date.now(), lastMono = mono(), unsure = false;

	function mono() { return window.performance && performance.now ? performance.now() : Date.now(); }

	function wall() { return Math.round(zero + mono()); }

	function showClock() {
		var now = new Date(wall() + zone), time = two(now.getUTCHours()) + ':' + two(now.getUTCMinutes());
		var date = fill(say.date, say.months.split(' ')[now.getUTCMonth()], now.getUTCDate(), say.days.split(' ')[now.getUTCDay()]);
		for (var i = 0; i < 2; i += 1) {
			all('.time')[i].textContent = time;
			all('.date')[i].textContent = date;
		}
	}

	// A clock that stepped, or a sleep, asks for the time; no interval begins before the answer.
	function look() {
		var date = Date.now(), passed = mono() - lastMono;
		if (Math.abs(date - lastDate - passed) > 2000 || passed < 0 || passed > 10000) {
			unsure = true;
			refresh();
		}
		lastDate = date;
		lastMono += passed;
	}

	function tick() {
		look();
		showClock();
	}

	// Views

	var view = 'safe', narrow = false, focused = null, guarded = false, backAt = 0;

	// A history entry before every inner view: some back keys never reach a script.
	function show(name) {
		view = name;
		document.body.className = name + (narrow ? ' narrow' : '');
		if ((name === 'card' || name === 'player') && !guarded && history.pushState) {
			history.pushState(null, '');
			guarded = true;
		}
	}

	function focus(target) {
		if (focused) {
			mark(focused, 'on', false);
			focused.blur();
		}
		focused = target;
		if (target) {
			mark(target, 'on', true);
			target.focus();
		}
	}

	function resize() {
		var width = window.innerWidth || 1280, height = window.innerHeight || 720;
		narrow = width < height || width < 600;
		document.documentElement.style.fontSize = (narrow ? Math.max(16, Math.min(28, width / 20)) : Math.min(width / 40, height / 22.5)) + 'px';
		show(view);
	}

	function safe(sentence, leaves) {
		text('safe-text', sentence);
		mark($('safe-back'), 'gone', !leaves);
		show('safe');
		focus(leaves ? $('safe-back') : null);
	}

	// List

	var list = null, known = '', clockSaid = '', items = [], at = 0, noteTimer = 0, refreshTimer = 0;

	function first() { return at - at % PAGE; }

	function picture(image, address) {
		if (image.getAttribute('src') === address) { return; }
		mark(image, 'missing', true);
		if (address) { image.src = address; } else { image.removeAttribute('src'); }
	}

	function draw(box, place) {
		var item = items[first() + place], parts = box.getElementsByTagName('span');
		mark(box, 'gone', !item);
		if (!item) { return; }
		picture(box.getElementsByTagName('img')[0], item.poster);
		[item.title.charAt(0), minutes(item), item.title, item.category].forEach(function (value, index) { parts[index + 1].textContent = value; });
	}

	function showList() {
		if (!items.length) { return safe(!list ? say.preparing : list.stopped ? say.stopped : clockSaid || say.empty); }
		var boxes = all('.lesson');
		[].forEach.call(boxes, draw);
		mark($('pager'), 'gone', items.length <= PAGE);
		text('page', fill(say.page, first() / PAGE + 1, Math.ceil(items.length / PAGE)));
		show('list');
		focus(boxes[at % PAGE]);
	}

	function move(across, down) {
		var columns = narrow ? 1 : 4, wanted = at + across + columns * down, last = items.length - 1;
		if (wanted > last && Math.floor(at / columns) < Math.floor(last / columns)) { wanted = last; }
		if (items[wanted]) { at = wanted; }
		showList();
	}

	function turn(step) {
		at = clamp(first() + step * PAGE, items.length - 1);
		showList();
	}

	function note(sentence) {
		clearTimeout(noteTimer);
		text('note', sentence);
		mark($('note'), 'gone', !sentence);
		if (sentence) { noteTimer = setTimeout(function () { note(''); }, 8000); }
	}

	function tellClock(error) {
		var size = Math.round(Math.abs(error) / 60000), unit = size < 60 ? 2 : +(size < 1440), off = say.off.split(' ');
		clockSaid = error ? fill(say.clock, off[+(error < 0)], Math.floor(size / [1440, 60, 1][unit]), off[unit + 2]) : '';
		if (error) { note(clockSaid); }
	}

	// The focus follows its lesson; one that is gone leaves it to the next.
	function take(body, asked) {
		var fresh = JSON.parse(body), id = items.length && items[at].id;
		tryOut(fresh.test);
		zero = fresh.now - mono() + clamp(mono() - asked, 1000) / 2;
		zone = fresh.zone_offset_ms;
		showClock();
		tellClock(fresh.clock_error_ms);
		fresh.now = 0;
		fresh.clock_error_ms = clockSaid;
		fresh.test = 0;
		if (JSON.stringify(fresh) === known) { return; }
		known = JSON.stringify(fresh);
		list = fresh;
		items = fresh.items;
		at = clamp(at, Math.max(0, items.length - 1));
		items.forEach(function (item, index) { if (item.id === id) { at = index; } });
		document.title = list.site;
		text('site', list.site);
		text('safe-site', list.site);
		mark($('sample'), 'gone', !list.sample);
		if (!items.length) { back(); }
		if (view === 'list' || view === 'safe' && !focused) { showList(); }
	}

	function tryOut(turn) {
		if (turn) { document.body.appendChild(document.createElement('script')).src = '/tv/test.js'; }
		window.turn = turn;
	}

	function refresh() {
		var asked = mono();
		clearTimeout(refreshTimer);
		request('GET', '/tv/list.json', null, function (body) {
			clearTimeout(refreshTimer);
			unsure = false;
			refreshTimer = setTimeout(refresh, body || list ? REFRESH : BEAT);
			if (body) { take(body, asked); }
		});
	}

	// One lesson

	var lesson = null;

	function openCard() {
		var item = lesson = items[at];
		note('');
		picture($('card-poster'), item.poster);
		text('card-blank', item.title.charAt(0));
		text('card-title', item.title);
		text('card-category', item.category);
		text('card-speaker', item.speaker ? fill(say.speaker, item.speaker) : '');
		text('card-unit', item.unit ? fill(say.unit, item.unit) : '');
		text('card-length', fill(say.length, minutes(item)));
		show('card');
		window.scrollTo(0, 0);
		focus($('play'));
	}

	// Player

	var video = $('video'), sources = [], resumeAt = 0, started = false, target = -1, steps = 0;
	var startTimer = 0, barTimer = 0, seekTimer = 0;

	// The box's surest word first, of equal ones HLS; a no last: some boxes do not know themselves.
	function rank(source) {
		var hls = /mpegurl/i.test(source.type), word = video.canPlayType(source.type) || hls && video.canPlayType('application/x-mpegURL');
		return (word === 'probably' ? 0 : word ? 2 : 4) + (hls ? 0 : 1);
	}

	function openPlayer() {
		sources = lesson.sources.slice().sort(function (a, b) { return rank(a) - rank(b); });
		resumeAt = 0;
		target = -1;
		text('bar-title', lesson.title);
		show('player');
		focus(null);
		begin(lesson.id);
		nextSource();
	}

	function nextSource() {
		var source = sources.shift();
		clearTimeout(startTimer);
		if (!source) {
			close();
			return safe(say.broken, true);
		}
		startTimer = setTimeout(function () { if (!video.paused) { nextSource(); } }, PATIENCE);
		started = false;
		video.src = source.src;
		video.load();
		play();
		state();
	}

	function play() {
		var promise = video.play();
		if (promise && promise.then) { promise.then(null, state); }
	}

	function close() {
		finish();
		send();
		[startTimer, seekTimer, barTimer].forEach(clearTimeout);
		video.pause();
		video.removeAttribute('src');
		video.load();
	}

	function leavePlayer() {
		close();
		showList();
	}

	function toggle() { if (video.paused) { play(); } else { video.pause(); } }

	function length() { return isFinite(video.duration) && video.duration > 0 ? video.duration : lesson.duration_ms / 1000; }

	// Steps grow while a key is held; the box seeks when it rests.
	function seek(direction) {
		steps = target < 0 ? 0 : steps + 1;
		seekTo((target < 0 ? video.currentTime : target) + direction * (steps < 4 ? 10 : steps < 10 ? 30 : 60));
	}

	function seekTo(seconds) {
		if (!started) { return; }
		target = clamp(seconds, length() - 1);
		clearTimeout(seekTimer);
		seekTimer = setTimeout(function () {
			sample();
			video.currentTime = target;
			target = -1;
		}, 500);
		bar();
	}

	function loud(step) {
		video.volume = clamp(Math.round(video.volume * 10 + step) / 10, 1);
		text('volume', fill(say.volume, Math.round(video.volume * 100)));
		bar();
	}

	// The bar hides while the lesson runs.
	function bar() {
		clearTimeout(barTimer);
		mark($('bar'), 'gone', false);
		barTimer = setTimeout(function () {
			if (video.paused || !started) { return bar(); }
			mark($('bar'), 'gone', true);
			text('volume', '');
		}, 4000);
		position();
	}

	function position() {
		var seconds = target < 0 ? video.currentTime : target;
		text('position', span(seconds) + ' / ' + span(length()));
		$('done').style.width = clamp(100 * seconds / length(), 100) + '%';
		mark($('bar'), 'paused', video.paused);
	}

	function state() {
		if (view !== 'player') { return; }
		tell(video.paused ? say.paused : !started ? say.opening : video.readyState < 3 ? say.loading : '');
		bar();
	}

	function tell(sentence) {
		text('state', sentence);
		mark($('state'), 'gone', !sentence);
	}

	on(video, 'loadedmetadata', function () { if (resumeAt) { video.currentTime = resumeAt; } });
	on(video, 'pause waiting', state);
	on(video, 'playing', function () {
		clearTimeout(startTimer);
		started = true;
		state();
	});
	on(video, 'error', function () {
		if (view !== 'player' || !video.getAttribute('src')) { return; }
		resumeAt = Math.max(resumeAt, last / 1000);
		nextSource();
	});

	// Recorder. A play is stretches of media time, each with the wall clock at its start. The media clock
	// measures, between events: sleeping timers and pauses add nothing.

	var boot = Date.now().toString(36) + random(), plays = 0, courseware = null, record = null, open = null, last = 0, lastAt = 0;

	function random() { return '-' + Math.random().toString(36).substr(2, 10); }

	function hidden() { return document.hidden || document.webkitHidden; }

	// How far the wall clock is ahead of the media since the interval began.
	function drift(interval) { return Math.abs(wall() - interval.at - (interval.until - interval.from) * 1000 / interval.rate); }

	function begin(id) {
		courseware = id;
		record = open = null;
		last = 0;
	}

	function start() {
		look();
		if (open || unsure || !courseware || hidden() || video.paused || video.seeking || video.ended) { return; }
		var rate = Math.round(video.playbackRate * 1000), before = record && record.intervals[record.intervals.length - 1];
		last = Math.round(video.currentTime * 1000);
		lastAt = mono();
		open = { at: wall(), from: last, until: last, rate: rate };
		if (before && before.until === last && before.rate === rate && drift(before) < 1000) { open = before; }
	}

	function grow(until) {
		open.until = until;
		if (!record) {
			plays += 1;
			record = { play: boot + '-' + plays + random(), courseware: courseware, mode: 'demand', intervals: [], ended: false };
			waiting.push(record);
		}
		if (record.intervals.indexOf(open) < 0) { record.intervals.push(open); }
	}

	// An unannounced jump adds nothing; a stall begins a new interval, so that both clocks stay together.
	function sample() {
		var place = Math.round(video.currentTime * 1000), now = mono(), moved = place - last;
		if (open && (moved < 0 || moved > (now - lastAt) * open.rate / 1000 + 1500)) {
			open = null;
			start();
		} else if (open && moved > 0) {
			grow(place);
			if (drift(open) > 1000) {
				open = null;
				start();
			}
		}
		last = place;
		lastAt = now;
	}

	function stop() {
		if (open) { sample(); }
		open = null;
	}

	function finish() {
		stop();
		if (record) { record.ended = true; }
		record = courseware = null;
	}

	on(video, 'playing', start);
	on(video, 'waiting emptied', stop);
	on(video, 'pause', function () {
		stop();
		send();
	});
	on(video, 'timeupdate', function () {
		var before = last;
		sample();
		if (last > before) { start(); }
		if (started && open) { tell(''); }
		if (view === 'player') { position(); }
	});
	// The position is the new one already: the interval ends at the last sample.
	on(video, 'seeking', function () { open = null; });
	on(video, 'ratechange', function () {
		stop();
		start();
	});
	on(video, 'ended', function () {
		if (view !== 'player') { return; }
		leavePlayer();
		note(say.finished);
	});

	// Outbox. Keeps every play until the terminal has stored it, also over a restart.

	var waiting = recall(), stored = {}, busy = false, kept = '';

	function recall() {
		try {
			return JSON.parse(localStorage.getItem('plays') || '[]').map(function (play) {
				play.ended = true;
				return play;
			});
		} catch (unreadable) { return []; }
	}

	function due() { return waiting.filter(function (play) { return stored[play.play] !== JSON.stringify(play); }); }

	function keep() {
		var now = JSON.stringify(due());
		if (now === kept) { return; }
		kept = now;
		try { localStorage.setItem('plays', now); } catch (full) { kept = ''; }
	}

	// A refused play goes to the end and holds nothing up.
	function send() {
		var play = due()[0], body = JSON.stringify(play);
		if (busy || !play) { return; }
		busy = true;
		request('POST', '/tv/plays', body, function (answer) {
			busy = false;
			waiting.splice(waiting.indexOf(play), 1);
			var good = /"stored": ?true/.test(answer);
			if (good) { stored[play.play] = body; }
			if (!good || play === record || body !== JSON.stringify(play)) { waiting.push(play); } else { delete stored[play.play]; }
			if (good) { send(); }
			keep();
		});
	}

	// No answer is heard any more: what is due is sent and kept.
	function leave() {
		if (view === 'player') { leavePlayer(); }
		keep();
		due().forEach(function (play) {
			var body = JSON.stringify(play), exchange = new XMLHttpRequest();
			try {
				if (navigator.sendBeacon && navigator.sendBeacon('/tv/plays', new Blob([body], { type: 'application/json' }))) { return; }
				exchange.open('POST', '/tv/plays', false);
				exchange.setRequestHeader('Content-Type', 'application/json');
				exchange.send(body);
			} catch (refused) { keep(); }
		});
	}

	// Keys

	var okAt = -1000;
	var buttons = {
		play: openPlayer, back: back, stop: back, 'safe-back': back,
		previous: function () { turn(-1); },
		next: function () { turn(1); },
		track: function (event) {
			var box = $('track').getBoundingClientRect();
			seekTo(length() * (event.clientX - box.left) / (box.right - box.left));
		},
		player: function () {
			if (/gone/.test($('bar').className)) { bar(); } else { toggle(); }
		}
	};
	var keys = { 37: [-1, 0], 38: [0, -1], 39: [1, 0], 40: [0, 1] };
	var media = {
		19: function () { video.pause(); },
		178: leavePlayer, 179: toggle, 413: leavePlayer, 415: play, 10252: toggle,
		412: function () { seek(-1); },
		417: function () { seek(1); }
	};

	function back() { if (view === 'player') { leavePlayer(); } else { showList(); } }

	function press() { if (view === 'list') { openCard(); } else if (view === 'player') { toggle(); } else if (focused) { buttons[focused.id](); } }

	function arrow(across, down) {
		if (view === 'list') { move(across, down); }
		if (view === 'card') { focus($(across + down > 0 ? 'back' : 'play')); }
		if (view === 'player' && across) { seek(across); }
		if (view === 'player' && down) { loud(-down); }
	}

	// True when the key was ours; in the list the back key is the box's.
	function key(code, held) {
		var now = mono();
		if (keys[code]) {
			arrow(keys[code][0], keys[code][1]);
		} else if (code === 13 || code === 32) {
			// Remotes repeat and bounce: a press is one step.
			if (!held && now - okAt > 250) {
				okAt = now;
				press();
			}
		} else if ([8, 27, 166, 461, 10009].indexOf(code) >= 0 && (view === 'player' || focused && view !== 'list')) {
			backAt = now;
			back();
		} else if (media[code] && view === 'player') {
			media[code]();
		} else { return false; }
		return true;
	}

	on(document, 'keydown', function (event) { if (key(event.keyCode, event.repeat)) { event.preventDefault(); } });
	on(document, 'click', function (event) {
		for (var node = event.target; node && node !== document.body; node = node.parentNode) {
			var place = [].indexOf.call(all('.lesson'), node);
			if (place >= 0) {
				at = first() + place;
				openCard();
			} else if (buttons[node.id]) {
				buttons[node.id](event);
			} else { continue; }
			return event.preventDefault();
		}
	});
	on(document, 'load error', function (event) { if (event.target.tagName === 'IMG') { mark(event.target, 'missing', event.type === 'error'); } });
	on(window, 'resize', resize);
	on(window, 'popstate', function () {
		guarded = false;
		if (view === 'list') { return; }
		if (mono() - backAt > 500) { back(); }
		show(view);
	});
	on(document, 'visibilitychange webkitvisibilitychange', function () {
		if (!hidden()) { return tick(); }
		stop();
		video.pause();
		send();
	});
	on(window, 'onpagehide' in window ? 'pagehide' : 'unload', leave);

	// Start

	document.documentElement.lang = english ? 'en' : 'zh-Hans';
	['sample', 'play', 'back', 'hint'].forEach(function (id) { text(id, say[id]); });
	text('stop', say.back);
	text('safe-back', say.back);
	$('previous').setAttribute('aria-label', say.previous);
	$('next').setAttribute('aria-label', say.next);
	$('grid').innerHTML = new Array(PAGE + 1).join('<a class="lesson" href="#" role="button" tabindex="-1"><span class="poster"><span class="blank"></span>' +
		'<img class="missing" alt=""><span class="minutes"></span></span><span class="title"></span><span class="category"></span></a>');
	note('');
	resize();
	safe(say.preparing);
	showClock();
	refresh();
	send();
	setInterval(tick, 1000);
	setInterval(send, BEAT);
}());
