namespace CM.Cli.Tests;

/// <summary><c>list</c> and <c>describe</c>.</summary>
public sealed class ListCommandTests : CommandFixture
{
    [Fact]
    public void List_names_experiments_and_networks()
    {
        var json = Json("list", "--json");
        json.EnumerateObject().Select(property => property.Name).ShouldBe(["experiments", "networks"]);
        json.GetProperty("experiments")[0].GetProperty("name").GetString().ShouldBe("Tiny");
        json.GetProperty("networks")[0].GetProperty("name").GetString().ShouldBe("TinyDenoiser");
        Good("list").ShouldContain("TinyDenoiser");
    }

    [Theory, InlineData("Tiny", "experiment"), InlineData("TinyDenoiser", "network")]
    public void Describe_shows_layers_with_their_shapes(string name, string kind)
    {
        var json = Json("describe", name, "--json");
        json.GetProperty("name").GetString().ShouldBe(name);
        json.GetProperty("kind").GetString().ShouldBe(kind);
        json.GetProperty("parameters").GetInt64().ShouldBe(82);
        var layer = json.GetProperty("layers")[0];
        string?[] texts = [.. ((string[])["name", "kind", "input", "output"]).Select(key => layer.GetProperty(key).GetString())];
        texts.ShouldBe(["In", "Linear 2→16", "[B, 2]", "[B, 16]"]);
        layer.GetProperty("parameters").GetInt64().ShouldBe(48);
        (json.GetProperty("multiplyAdds").GetInt64(), json.GetProperty("activationBytes").GetInt64()).ShouldBe((64, 80));
        var text = Good("describe", name);
        text.ShouldContain("Linear 2→16");
        text.ShouldContain("Activations of an example    80 bytes");
    }
}
