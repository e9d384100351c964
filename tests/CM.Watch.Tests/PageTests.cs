namespace CM.Watch.Tests;

/// <summary>The page in a real browser.</summary>
public sealed class PageTests : IAsyncLifetime
{
    private const string Curve = "document.querySelectorAll('#loss path.line:not(.faint)')";
    private readonly RunFolders folders = new();
    private WatchServer? server;
    private Browser? browser;

    private Browser Page => browser!;

    public async Task InitializeAsync()
    {
        if (Browser.Program is null)
            return;
        folders.Add("first", lines: 60);
        folders.Add("<img src=x onerror=alert(1)>", lines: 100, rate: 2, batch: 128);
        server = await WatchServer.Start(new RunList([folders.Path]), ListenAddress.Parse("0"));
        browser = await Browser.Open(server.Address);
        await Page.Until($"{Curve}.length === 1");
    }

    public async Task DisposeAsync()
    {
        if (browser is not null)
            await browser.DisposeAsync();
        if (server is not null)
            await server.DisposeAsync();
        folders.Dispose();
    }

    [BrowserFact]
    public async Task Everything_is_there_and_comes_from_this_server_alone()
    {
        await Page.Until("document.querySelectorAll('#metrics .card svg path').length >= 3");
        await Page.Until("document.querySelector('#sample').naturalWidth === 8");
        (await Page.Get("document.querySelector('#declaration').innerText")).GetString()!.ShouldContain("RAdam, rate 2");
        (await Page.Get("document.querySelector('#summary').innerText")).GetString()!.ShouldContain("1,000 of 1,000");
        (await Page.Get("performance.getEntriesByType('resource').every(each => new URL(each.name).origin === location.origin)")).GetBoolean().ShouldBeTrue();
        Page.Complaints.ShouldBeEmpty();
    }

    [BrowserFact]
    public async Task Names_and_code_are_text()
    {
        (await Page.Get("document.querySelector('#runs').innerText")).GetString()!.ShouldContain("<img src=x onerror=alert(1)>");
        (await Page.Get("document.querySelectorAll('#runs img, #summary img').length")).GetInt32().ShouldBe(0);

        await Page.Until("document.querySelector('#code pre').innerText.includes('public partial record Digits;')");
        (await Page.Get("[...document.querySelectorAll('#file option')].map(each => each.textContent).join()")).GetString().ShouldBe("Experiments.cs,Digits.Digits.g.cs");
        (await Page.Get("document.querySelector('#code pre .keyword').textContent")).GetString().ShouldBe("public");
        await Page.Get("file.value = 1, file.onchange()");
        await Page.Until("document.querySelector('#code pre .string')?.textContent === '\"<b>bold</b>\"'");
        (await Page.Get("document.querySelectorAll('#code pre b').length")).GetInt32().ShouldBe(0);
    }

    [BrowserFact]
    public async Task The_slider_shows_the_samples_of_its_step()
    {
        await Page.Until("document.querySelectorAll('#strip img').length === 20 && slider.max === '19' && slider.value === '19'");
        (await Page.Get("new URL(sample.src).pathname")).GetString()!.ShouldEndWith("/pictures/1000");
        await Page.Get("slider.value = 3, slider.dispatchEvent(new Event('input'))");
        (await Page.Get("new URL(sample.src).pathname")).GetString()!.ShouldEndWith("/pictures/200");
        (await Page.Get("document.querySelector('#sample-step').textContent")).GetString().ShouldBe("step 200");
        await Page.Until("sample.complete && sample.naturalWidth === 8");
        await Page.Get("strip.children[7].click()");
        (await Page.Get("slider.value + ' ' + document.querySelector('#sample-step').textContent")).GetString().ShouldBe("7 step 400");
    }

    [BrowserFact]
    public async Task The_heat_map_has_a_colour_where_there_were_samples_and_none_where_not()
    {
        await Page.Until("document.querySelector('#heat canvas')?.height > 100");
        // Twenty-four rows from the smallest times at the bottom; the fourth had no samples.
        const string At = "(row => { const c = document.querySelector('#heat canvas'); return [...c.getContext('2d').getImageData(c.width / 2, c.height * (1 - (row + 0.5) / 24), 1, 1).data] })";
        (await Page.Get($"{At}(3)[3]")).GetInt32().ShouldBe(0);
        var (small, large) = ((await Page.Get($"{At}(0)")).EnumerateArray().Select(each => each.GetInt32()).ToList(), (await Page.Get($"{At}(23)")).EnumerateArray().Select(each => each.GetInt32()).ToList());
        (small[3], large[3]).ShouldBe((255, 255));
        (large[0] + large[1]).ShouldBeGreaterThan(small[0] + small[1], "large losses are yellow, small ones violet");
        (await Page.Get("document.querySelector('#heat').innerHTML.includes('time t')")).GetBoolean().ShouldBeTrue();
        await Page.Get("(r => { const b = r.getBoundingClientRect(); r.dispatchEvent(new PointerEvent('pointermove', { clientX: b.x + b.width - 1, clientY: b.y + 1, bubbles: true })) })(document.querySelector('#heat rect:last-of-type'))");
        (await Page.Get("tip.innerText")).GetString()!.ShouldContain("step 1,000");
    }

    [BrowserFact]
    public async Task Several_runs_lie_over_each_other_and_are_compared()
    {
        (await Page.Get("comparison.hidden")).GetBoolean().ShouldBeTrue();
        await Page.Get("[...document.querySelectorAll('#runs li')].find(each => each.title === 'first').querySelector('input').click()");
        await Page.Until($"{Curve}.length === 2 && !comparison.hidden");
        (await Page.Get($"new Set([...{Curve}].map(each => each.getAttribute('stroke'))).size")).GetInt32().ShouldBe(2);
        var differs = (await Page.Get("[...document.querySelectorAll('#comparison tr.differs th')].map(each => each.textContent)")).EnumerateArray().Select(each => each.GetString()).ToList();
        differs.ShouldContain("Optimiser");
        differs.ShouldContain("batch");
        differs.ShouldNotContain("Model");
        await Page.Get("[...document.querySelectorAll('#runs li')].find(each => each.title === 'first').click()");
        await Page.Until("summary.innerText.startsWith('first')");
        await Page.Until("document.querySelectorAll('#strip img').length === 12");
    }

    [BrowserFact]
    public async Task What_is_logged_later_appears_by_itself()
    {
        var run = Path.Combine(folders.Path, "<img src=x onerror=alert(1)>");
        var before = (await Page.Get($"{Curve}[0].getAttribute('d')")).GetString();
        for (var step = 1010; step <= 1050; step += 10)
            RunFolders.Log(run, step, rate: 2);
        await Page.Until($"{Curve}[0].getAttribute('d') !== {System.Text.Json.JsonSerializer.Serialize(before)}");
        await Page.Until("document.querySelector('#sample-step').textContent === 'step 1,050'");
        folders.Add("third", lines: 5);
        await Page.Until("document.querySelectorAll('#runs li').length === 3");
    }

    [BrowserFact]
    public async Task Narrow_wide_light_and_dark()
    {
        var light = (await Page.Get("getComputedStyle(document.body).backgroundColor")).GetString();
        await Page.UseDark();
        var dark = (await Page.Get("getComputedStyle(document.body).backgroundColor")).GetString();
        dark.ShouldNotBe(light);
        await Page.Get("theme.click()");
        (await Page.Get("getComputedStyle(document.body).backgroundColor")).GetString().ShouldBe(light);
        await Page.Get("document.querySelectorAll('#runs input')[1].click()");
        await Page.Until("!comparison.hidden");
        var pictures = Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, "screenshots")).FullName; // to be looked at
        foreach (var width in (int[])[390, 800, 1360, 2200])
        {
            await Page.Resize(width, 900);
            await Page.Until($"innerWidth === {width} && document.documentElement.scrollWidth <= {width}");
            await Page.Until($"Math.abs(document.querySelector('#loss svg').clientWidth - document.querySelector('#loss .chart').clientWidth) < 2");
            await Page.Photograph(Path.Combine(pictures, $"{width}.png"));
        }
    }
}
