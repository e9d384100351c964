using Microsoft.CodeAnalysis;

namespace CM.Generators.Diagnostics;

/// <summary>
/// Places in the source, kept beside a plan. The plan holds small numbers, so that moving a line changes no plan; the analyzer
/// looks the numbers up, the generator throws the list away.
/// </summary>
internal sealed class SourceSites
{
    private readonly List<Location> places = [];

    public int Add(Location place)
    {
        places.Add(place);
        return places.Count - 1;
    }

    public int Add(SyntaxNode node) => Add(node.GetLocation());

    public int Add(AttributeData attribute, ISymbol owner) =>
        Add(attribute.ApplicationSyntaxReference?.GetSyntax().GetLocation() ?? owner.Locations[0]);

    public Location this[int site] => site >= 0 && site < places.Count ? places[site] : Location.None;
}
