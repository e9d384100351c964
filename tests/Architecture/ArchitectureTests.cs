using System.Text;

namespace Architecture;

public sealed class ArchitectureTests
{
    private static readonly Lazy<(Project Project, FolderGraph Graph)[]> Graphs = new(() => [.. House.Projects.Select(project => (project, FolderGraph.Of(project.Name)))]);

    [Fact]
    public void Every_folder_has_its_place()
    {
        foreach (var (project, graph) in Graphs.Value)
            project.Folders.Select(folder => folder.Path).ShouldBe(graph.Folders, ignoreOrder: true, $"folders of {project.Name}");
    }

    /// <summary>An order without exceptions has no cycles.</summary>
    [Fact]
    public void A_folder_uses_only_folders_before_it()
    {
        var wrong =
            from each in Graphs.Value
            let places = each.Project.Folders.Select(folder => folder.Path).ToList()
            from arrow in each.Graph.Arrows
            where places.IndexOf(arrow.To) > places.IndexOf(arrow.From)
            select $"{each.Project.Name}: {arrow.From} → {arrow.To}, {arrow.Example}";
        wrong.ShouldBeEmpty();
    }

    [Fact]
    public void The_picture_is_current() => Repository.Match("docs/architecture.svg", Picture.Draw(Graphs.Value));

    [Fact]
    public void The_table_is_current() => Repository.MatchBetween("docs/architecture.md", "folders", Table());

    private static string Table()
    {
        var text = new StringBuilder();
        foreach (var (project, graph) in Graphs.Value)
        {
            text.Append($"\n| {project.Name} | holds | uses |\n|---|---|---|\n");
            foreach (var folder in project.Folders)
            {
                var used = project.Folders.Select(other => other.Path).Where(other => graph.Arrows.Any(arrow => arrow.From == folder.Path && arrow.To == other));
                text.Append($"| `{folder.Path}` | {folder.Holds} | {string.Join(", ", used.Select(other => $"`{other}`"))} |\n");
            }
        }

        return text.Append('\n').ToString();
    }
}
