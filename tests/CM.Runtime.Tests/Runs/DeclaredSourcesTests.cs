namespace CM.Runtime.Tests;

public sealed class DeclaredSourcesTests
{
    private sealed record Event;

    /// <summary>The record lies inside this class.</summary>
    [Theory]
    [InlineData(".Event.g.cs", true)]
    [InlineData(".Event-2.g.cs", true)]
    [InlineData(".Event.Model.g.cs", true)]
    [InlineData(".Event.Model-2.g.cs", true)]
    [InlineData(".EVENT.g.cs", false)]
    [InlineData(".Events.g.cs", false)]
    [InlineData(".g.cs", false)]
    public void Generated_files_of_a_record_are_found_by_their_names(string ending, bool found) =>
        DeclaredSources.Tells(new DeclaredSource("CM.Runtime.Tests.DeclaredSourcesTests" + ending, IsGenerated: true, ""), typeof(Event)).ShouldBe(found);

    [Theory]
    [InlineData("public sealed partial record Event;", true)]
    [InlineData("public sealed partial record @Event : Base;", true)]
    [InlineData("public sealed partial record Events;", false)]
    public void A_declaration_is_found_by_its_text(string text, bool found) =>
        DeclaredSources.Tells(new DeclaredSource("Experiments.cs", IsGenerated: false, text), typeof(Event)).ShouldBe(found);
}
