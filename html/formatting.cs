<?cs include!"_head.cs" ?>
<main id="main" class="<?cs if:Page.Signed ?>page<?cs else ?>card<?cs /if ?>" tabindex="-1">
<?cs if:Page.Signed ?><header class="bar"><?cs call:back("{{All rooms}}") ?><h1>{{Formatting}}</h1></header><?cs else ?><h1>{{Formatting}}</h1><?cs /if ?>
<div class="content">
<table class="sheet">
<tr><th scope="col">{{What you type}}</th><th scope="col">{{What is shown}}</th></tr>
<tr><td><code>**{{bold}}** _{{italic}}_ ~~{{struck}}~~</code></td><td><strong>{{bold}}</strong> <em>{{italic}}</em> <del>{{struck}}</del></td></tr>
<tr><td><code>`{{code}}`</code></td><td><code>{{code}}</code></td></tr>
<tr><td><code>```
{{several lines of code}}
```</code></td><td><code>{{several lines of code}}</code></td></tr>
<tr><td><code>&gt; {{a quote}}</code></td><td><blockquote>{{a quote}}</blockquote></td></tr>
<tr><td><code>- {{one}}
- {{two}}</code></td><td><ul><li>{{one}}</li><li>{{two}}</li></ul></td></tr>
<tr><td><code>- [x] {{done}}
- [ ] {{to do}}</code></td><td>☑ {{done}}<br>☐ {{to do}}</td></tr>
<tr><td><code>[{{words}}](https://example.org)</code></td><td><a href="https://example.org" rel="nofollow noopener">{{words}}</a></td></tr>
<tr><td><code>| {{day}} | {{who}} |
|---|---|
| 1 | 2 |</code></td><td>{{a table}}</td></tr>
<tr><td><code>@{{name}}</code></td><td>{{a member of the room, who is told}}</td></tr>
<tr><td><code>@everyone</code></td><td>{{all of a group, by those who manage it}}</td></tr>
<tr><td><code>:heart: :tada:</code></td><td>❤️ 🎉</td></tr>
</table>
</div>
</main>
<?cs include!"_foot.cs" ?>
